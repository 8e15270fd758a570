import Access
import Conversation
import ConversationTesting
import Foundation
import JSON
import Retrieval
import Testing
import TimeOrdered

@testable import StorageSQLite

/// Who sees and changes what. What may not be seen is as if it were not there.
struct SQLiteDocumentRightsTests {
    private let trial = LibraryTrial()
    private let store: SQLiteDocumentStore

    init() throws { store = try trial.opened() }

    private func expectInvisible(_ library: (collection: Retrieval.Collection, document: Document), to asker: Asker) async throws {
        let (collection, document) = library
        #expect(try await store.collection(collection.id, for: asker) == nil)
        #expect(try await store.collection(named: collection.name, for: asker) == nil)
        #expect(try await !store.collections(for: asker, .all).items.contains { $0.id == collection.id })
        #expect(try await store.partitions(for: asker, collection: collection.id) == [])
        #expect(try await !store.partitions(for: asker, collection: nil).contains(collection.key))
        #expect(try await store.document(document.id, for: asker) == nil)
        #expect(try await store.documents(in: collection.id, for: asker, .all).items.isEmpty)
        #expect(try await !store.documents(in: nil, for: asker, .all).items.contains { $0.id == document.id })
        #expect(try await store.text(of: document.id, for: asker) == nil)
        #expect(try await store.chunks(of: document.id, for: asker, .all).items.isEmpty)
        // As with an id that nobody has.
        #expect(try await store.update(collection: collection.id, CollectionChange(name: "mine"), inPlaceOf: nil, by: asker) == nil)
        #expect(try await store.delete(collection: collection.id, by: asker) == nil)
        #expect(try await store.delete(document: document.id, by: asker) == nil)
        let upload = try trial.upload("theirs", to: collection.id, of: store, filename: "f.txt")
        await #expect(throws: LibraryError.noSuchCollection) { _ = try await store.add(upload, by: asker) }
    }

    private func expectVisible(_ library: (collection: Retrieval.Collection, document: Document), to asker: Asker) async throws {
        let (collection, document) = library
        #expect(try await store.collection(collection.id, for: asker)?.documentCount == 1)
        #expect(try await store.collection(named: collection.name, for: asker)?.id == collection.id)
        #expect(try await store.collections(for: asker, .all).items.contains { $0.id == collection.id })
        #expect(try await store.partitions(for: asker, collection: collection.id) == [collection.key])
        #expect(try await store.partitions(for: asker, collection: nil).contains(collection.key))
        #expect(try await store.document(document.id, for: asker) == document)
        #expect(try await store.documents(in: collection.id, for: asker, .all).items == [document])
        #expect(try await store.documents(in: nil, for: asker, .all).items.contains(document))
        #expect(try await store.text(of: document.id, for: asker) == "one\ntwo")
        #expect(try await store.chunks(of: document.id, for: asker, .all).items.map(\.text) == ["one", "two"])
    }

    private func expectReadOnly(_ library: (collection: Retrieval.Collection, document: Document), to asker: Asker) async throws {
        try await expectVisible(library, to: asker)
        await #expect(throws: LibraryError.mayNotWrite) {
            _ = try await store.update(collection: library.collection.id, .init(name: "x"), inPlaceOf: nil, by: asker)
        }
        await #expect(throws: LibraryError.mayNotWrite) { _ = try await store.delete(collection: library.collection.id, by: asker) }
        await #expect(throws: LibraryError.mayNotWrite) { _ = try await store.delete(document: library.document.id, by: asker) }
        let upload = try trial.upload("theirs", to: library.collection.id, of: store, filename: "f.txt")
        await #expect(throws: LibraryError.mayNotWrite) { _ = try await store.add(upload, by: asker) }
        try await expectVisible(library, to: asker)
    }

    @Test func aPrivateCollectionIsItsOwnersAlone() async throws {
        let library = try await trial.library(store, by: trial.alice, .init(name: "diary", visibility: .private))
        for asker in [trial.bob, trial.owner, trial.viewer, trial.stranger] {
            // Each has a library of their own, so that lists have something to show.
            if asker.role != .viewer { _ = try await trial.library(store, by: asker, .init(name: "own"), text: "other") }
            try await expectInvisible(library, to: asker)
        }
        try await expectVisible(library, to: trial.alice)
    }

    @Test func withoutAWordACollectionIsPrivate() async throws {
        let library = try await trial.library(store, by: trial.alice, .init(name: "diary"))
        #expect(library.collection.visibility == .private && library.collection.readers.isEmpty)
        try await expectInvisible(library, to: trial.bob)
    }

    @Test func readersReadUntilTheyAreTakenOff() async throws {
        let readers = [trial.bob.userID, trial.viewer.userID, trial.bob.userID]
        var library = try await trial.library(store, by: trial.alice, .init(name: "shared", readers: readers))
        for reader in [trial.bob, trial.viewer] { try await expectReadOnly(library, to: reader) }
        try await expectInvisible(library, to: trial.owner)
        library.collection = try #require(
            try await store.update(collection: library.collection.id, .init(readers: [trial.viewer.userID]), inPlaceOf: nil, by: trial.alice))
        try await expectInvisible(library, to: trial.bob)
        try await expectReadOnly(library, to: trial.viewer)
    }

    @Test func aReaderOfAnotherWorkspaceReadsNothing() async throws {
        let library = try await trial.library(store, by: trial.alice, .init(name: "shared", readers: [trial.stranger.userID]))
        try await expectInvisible(library, to: trial.stranger)
    }

    @Test func aWorkspacesCollectionIsReadByItsPeople() async throws {
        let library = try await trial.library(store, by: trial.alice, .init(name: "handbook", visibility: .workspace))
        for asker in [trial.alice, trial.bob, trial.owner] { try await expectVisible(library, to: asker) }
        try await expectReadOnly(library, to: trial.viewer)
        try await expectInvisible(library, to: trial.stranger)
        // Members put documents in; the collection itself is its owner's and the workspace's owner's.
        let added = try await store.add(trial.upload("bob's", to: library.collection.id, of: store, filename: "b.txt"), by: trial.bob)
        #expect(added.outcome == .created)
        #expect(try await store.delete(document: added.document.id, by: trial.bob)?.id == added.document.id)
        await #expect(throws: LibraryError.mayNotWrite) { _ = try await store.delete(collection: library.collection.id, by: trial.bob) }
        #expect(
            try await store.update(collection: library.collection.id, .init(description: "d"), inPlaceOf: nil, by: trial.owner)?.description == "d")
        #expect(try await store.delete(collection: library.collection.id, by: trial.owner) != nil)
        #expect(try await store.document(library.document.id, for: trial.alice) == nil)
    }

    @Test func aCollectionMadePrivateIsGoneForTheOthers() async throws {
        var library = try await trial.library(store, by: trial.alice, .init(name: "handbook", visibility: .workspace))
        library.collection = try #require(
            try await store.update(collection: library.collection.id, .init(visibility: .private), inPlaceOf: nil, by: trial.alice))
        for asker in [trial.bob, trial.owner] { try await expectInvisible(library, to: asker) }
        try await expectVisible(library, to: trial.alice)
    }

    @Test func viewersMakeNoCollections() async throws {
        await #expect(throws: LibraryError.mayNotWrite) { _ = try await store.createCollection(.init(name: "x"), by: trial.viewer) }
        #expect(try await store.collections(for: trial.viewer, .all).items.isEmpty)
    }

    @Test func aNameIsTakenForItsOwnerAlone() async throws {
        let first = try await store.createCollection(.init(name: "n", visibility: .workspace), by: trial.alice)
        await #expect(throws: LibraryError.nameTaken) { _ = try await store.createCollection(.init(name: "n"), by: trial.alice) }
        let second = try await store.createCollection(.init(name: "n"), by: trial.bob)
        let other = try await store.createCollection(.init(name: "m"), by: trial.alice)
        await #expect(throws: LibraryError.nameTaken) {
            _ = try await store.update(collection: other.id, .init(name: "n"), inPlaceOf: nil, by: trial.alice)
        }
        // One's own comes before another's of the same name.
        #expect(try await store.collection(named: "n", for: trial.bob)?.id == second.id)
        #expect(try await store.collection(named: "n", for: trial.alice)?.id == first.id)
        #expect(try await store.collection(named: "n", for: trial.owner)?.id == first.id)
    }

    @Test func listsOfOneAskerPageThroughWhatTheyMaySee() async throws {
        var seen: [UUIDv7] = []
        for number in 0..<9 {
            let asker = number % 3 == 0 ? trial.bob : trial.alice
            let visibility = number % 3 == 1 ? Retrieval.Collection.Visibility.workspace : .private
            let (collection, _) = try await trial.library(store, by: asker, .init(name: "\(number)", visibility: visibility), text: "t\(number)")
            if number % 3 < 2 { seen.append(collection.id) }
        }
        for limit in 1...7 {
            var (collections, documents, cursor) = ([UUIDv7](), [UUIDv7](), String?.none)
            repeat {
                let page = try await store.collections(for: trial.bob, PageRequest(limit: limit, cursor: cursor))
                collections += page.items.map(\.id)
                cursor = page.next
            } while cursor != nil
            #expect(collections == seen)
            repeat {
                let page = try await store.documents(in: nil, for: trial.bob, PageRequest(limit: limit, cursor: cursor))
                documents += page.items.map(\.collectionID)
                cursor = page.next
            } while cursor != nil
            #expect(documents == seen)
        }
        await #expect(throws: InvalidCursor.self) { _ = try await store.collections(for: trial.bob, PageRequest(limit: 1, cursor: "x")) }
        await #expect(throws: InvalidCursor.self) { _ = try await store.documents(in: nil, for: trial.bob, PageRequest(limit: 1, cursor: "")) }
    }
}
