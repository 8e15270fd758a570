import Conversation
import ConversationTesting
import DocumentText
import Foundation
import GRDB
import JSON
import Retrieval
import Testing
import TimeOrdered

@testable import StorageSQLite

/// A document from its upload to its last byte.
struct SQLiteDocumentLifeTests {
    private let trial = LibraryTrial()
    private let store: SQLiteDocumentStore

    init() throws { store = try trial.opened() }

    private var uploads: [String] { trial.temporary.files().filter { $0.hasPrefix("uploads/") } }

    /// How many rows stand in each table that holds something of documents.
    private func rows(_ store: SQLiteDocumentStore? = nil) async throws -> [Int?] {
        try await (store ?? self.store).file.read { database in
            try ["documents", "document_texts", "chunks"].map { try Int.fetchOne(database, sql: "SELECT count(*) FROM \($0)") }
        }
    }

    private func collection() async throws -> CollectionID { try await store.createCollection(.init(name: "c"), by: trial.alice).id }

    private func live(_ store: SQLiteDocumentStore) async throws -> [[String]] {
        try await store.liveChunks(of: store.liveDocuments(after: 0, limit: 100).map(\.key)).map { $0.chunks.map(\.text) }
    }

    @Test func aDocumentIsQueuedReadAndReady() async throws {
        let collection = try await collection()
        let upload = try trial.upload("one\ntwo\nthree", to: collection, of: store, filename: "f.txt", metadata: ["a": "b\u{0}🍊"])
        let added = try await store.add(upload, by: trial.alice)
        #expect(added.outcome == .created && added.document.status == .queued && added.document.generation == 1)
        #expect(added.document.metadata == ["a": "b\u{0}🍊"] && added.document.size == 13)
        #expect(try await live(store).isEmpty)
        trial.clock.advance()
        let queued = try #require(try await store.takeQueued())
        #expect(queued.document.id == added.document.id && queued.path == upload.file.path)
        #expect(try await store.takeQueued() == nil)
        try await store.begin(queued, title: "T", text: "one\ntwo\nthree", pageCount: 7, mediaType: "text/plain")
        let drafts = trial.drafts("one\ntwo\nthree")
        try await store.save([drafts[0]], of: queued)
        try await store.setProgress(0.25, of: queued)
        #expect(try await store.document(added.document.id, for: trial.alice)?.progress == 0.25)
        #expect(try await store.chunks(of: added.document.id, for: trial.alice, .all).items.isEmpty, "not live before the end")
        try await store.save(Array(drafts[1...]), of: queued)
        #expect(try await store.staged(queued)?.map(\.text) == ["one", "two", "three"])
        #expect(try await store.finish(queued))
        let ready = try #require(try await store.document(added.document.id, for: trial.alice))
        #expect(ready.status == .ready && ready.progress == 1 && ready.title == "T" && ready.pageCount == 7 && ready.chunkCount == 3)
        #expect(ready.error == nil && ready.updatedAt == trial.clock.now && ready.createdAt == added.document.createdAt)
        let chunks = try await store.chunks(of: ready.id, for: trial.alice, .all).items
        #expect(chunks.map { ChunkDraft($0) } == drafts)
        #expect(
            try await store.passages(chunks.map(\.key)).mapValues(\.document.id)
                == Dictionary(uniqueKeysWithValues: chunks.map { ($0.key, ready.id) }))
        for limit in 1...4 {
            let page = try await store.chunks(of: ready.id, for: trial.alice, PageRequest(limit: limit))
            #expect(page.items == Array(chunks.prefix(limit)) && (page.next == nil) == (limit >= 3))
            guard let next = page.next else { continue }
            let rest = try await store.chunks(of: ready.id, for: trial.alice, PageRequest(limit: 9, cursor: next))
            #expect(rest.items == Array(chunks.dropFirst(limit)))
        }
    }

    @Test func theSameAgainChangesNothingButItsMetadata() async throws {
        let collection = try await collection()
        let first = try await store.add(trial.upload("same", to: collection, of: store, filename: "a.txt", metadata: ["v": 1]), by: trial.alice)
        try await trial.ingestNext(store)
        let before = uploads
        trial.clock.advance()
        let again = try await store.add(trial.upload("same", to: collection, of: store, filename: "a.txt", metadata: ["v": 2]), by: trial.alice)
        #expect(again.outcome == .unchanged && again.document.id == first.document.id && again.document.metadata == ["v": 2])
        #expect(again.document.status == .ready && again.document.generation == 1)
        #expect(uploads == before)
        #expect(try await store.takeQueued() == nil)
        let titled = try await store.add(trial.upload("same", to: collection, of: store, title: "Another", filename: "b.txt"), by: trial.alice)
        #expect(titled.outcome == .created && titled.document.id != first.document.id)
    }

    @Test func aNewUploadOfAFileReplacesItOnceItIsRead() async throws {
        let (collection, document) = try await trial.library(store, by: trial.alice, .init(name: "c"), text: "old one\nold two")
        let old = try await store.chunks(of: document.id, for: trial.alice, .all).items
        let upload = try trial.upload("new", to: collection.id, of: store, filename: "f.txt", metadata: ["v": 2])
        let replaced = try await store.add(upload, by: trial.alice)
        #expect(replaced.outcome == .replaced && replaced.document.id == document.id && replaced.document.generation == 2)
        #expect(replaced.document.status == .queued && replaced.document.metadata == ["v": 2])
        #expect(uploads == ["uploads/\((upload.file.path as NSString).lastPathComponent)"])
        // The old version answers until the new one is whole.
        let queued = try #require(try await store.takeQueued())
        try await store.begin(queued, title: "New", text: "new", pageCount: nil, mediaType: "text/plain")
        try await store.save(trial.drafts("new"), of: queued)
        #expect(try await live(store) == [["old one", "old two"]])
        #expect(try await store.passages(old.map(\.key)).count == 2)
        #expect(try await store.text(of: document.id, for: trial.alice) == "old one\nold two")
        #expect(try await store.staged(queued)?.map(\.text) == ["new"])
        #expect(try await store.finish(queued))
        #expect(try await live(store) == [["new"]])
        #expect(try await store.passages(old.map(\.key)).isEmpty)
        #expect(try await store.text(of: document.id, for: trial.alice) == "new")
        #expect(try await store.document(document.id, for: trial.alice)?.chunkCount == 1)
        #expect(try await store.collection(collection.id, for: trial.alice)?.documentCount == 1)
        #expect(try await rows() == [1, 1, 1])
    }

    @Test func aReadingOvertakenByAnUploadEndsInNothing() async throws {
        let collection = try await collection()
        _ = try await store.add(trial.upload("first", to: collection, of: store, filename: "f.txt"), by: trial.alice)
        let overtaken = try #require(try await store.takeQueued())
        try await store.begin(overtaken, title: "1", text: "first", pageCount: nil, mediaType: "text/plain")
        let second = try await store.add(trial.upload("second", to: collection, of: store, filename: "f.txt"), by: trial.alice)
        try await store.save(trial.drafts("first"), of: overtaken)
        try await store.fail(overtaken, DocumentError(code: "c", message: "m"))
        try await store.setProgress(0.5, of: overtaken)
        #expect(try await store.staged(overtaken) == nil)
        #expect(try await !store.finish(overtaken))
        #expect(try await store.document(second.document.id, for: trial.alice) == second.document)
        #expect(try await trial.ingestNext(store)?.map(\.text) == ["second"])
        #expect(try await live(store) == [["second"]])
        #expect(try await rows() == [1, 1, 1])
    }

    @Test func aFailedReadingSaysWhyAndLeavesTheOldVersion() async throws {
        let (collection, document) = try await trial.library(store, by: trial.alice, .init(name: "c"), text: "old")
        _ = try await store.add(trial.upload("broken", to: collection.id, of: store, filename: "f.txt"), by: trial.alice)
        let queued = try #require(try await store.takeQueued())
        try await store.begin(queued, title: "", text: "broken", pageCount: nil, mediaType: "text/plain")
        try await store.save(trial.drafts("broken"), of: queued)
        try await store.fail(queued, DocumentError(code: "unreadable", message: "It is broken\u{0}."))
        let failed = try #require(try await store.document(document.id, for: trial.alice))
        let told = DocumentError(code: "unreadable", message: "It is broken\u{0}. The version before it is still found.")
        #expect(failed.status == .failed && failed.error == told)
        #expect(failed.title == "Title", "a name is better than none")
        #expect(try await live(store) == [["old"]])
        #expect(try await rows() == [1, 1, 1])
        // The same content once more is a new try.
        let again = try await store.add(trial.upload("broken", to: collection.id, of: store, filename: "f.txt"), by: trial.alice)
        #expect(again.outcome == .replaced && again.document.error == nil)
        try await trial.ingestNext(store)
        #expect(try await store.document(document.id, for: trial.alice)?.error == nil)
        #expect(try await live(store) == [["broken"]])
    }

    @Test func aDeletedDocumentLeavesNoByte() async throws {
        let marks = ["text-qzvw", "title-bxkj", "file-wmpf", "meta-hdgy"]
        let collection = try await collection()
        func added(_ text: String) async throws -> DocumentID {
            let upload = try trial.upload(text, to: collection, of: store, filename: marks[2], metadata: [marks[3]: "x"])
            let id = try await store.add(upload, by: trial.alice).document.id
            try await trial.ingestNext(store, title: marks[1])
            return id
        }
        let id = try await added(marks[0] + "\n" + String(repeating: "\(marks[0]) and more\n", count: 3_000))
        #expect(try marks.allSatisfy { try trial.temporary.holds($0) }, "the marks are found while they are there")
        #expect(try await store.delete(document: id, by: trial.alice)?.id == id)
        #expect(try await rows() == [0, 0, 0])
        #expect(uploads.isEmpty)
        for mark in marks { #expect(try !trial.temporary.holds(mark), "\(mark)") }
        #expect(try await store.delete(document: id, by: trial.alice) == nil)
        #expect(try await store.document(id, for: trial.alice) == nil)
        // The same with its collection.
        _ = try await added(marks[0])
        #expect(try await store.delete(collection: collection, by: trial.alice)?.id == collection)
        #expect(try await rows() == [0, 0, 0])
        #expect(uploads.isEmpty)
        for mark in marks { #expect(try !trial.temporary.holds(mark), "\(mark)") }
    }

    @Test func aDocumentDeletedWhileItIsReadLeavesNothing() async throws {
        let collection = try await collection()
        let id = try await store.add(trial.upload("x", to: collection, of: store), by: trial.alice).document.id
        let queued = try #require(try await store.takeQueued())
        try await store.begin(queued, title: "T", text: "x", pageCount: nil, mediaType: "text/plain")
        #expect(try await store.delete(document: id, by: trial.alice) != nil)
        try await store.save(trial.drafts("x"), of: queued)
        #expect(try await !store.finish(queued))
        #expect(try await rows() == [0, 0, 0])
        // Its number is not given to another document, which would find the old one's chunks in an index.
        let next = try await store.add(trial.upload("y", to: collection, of: store), by: trial.alice).document
        #expect(next.key > queued.document.key)
    }

    @Test func aQueueIsTakenOldestFirstAndEachDocumentOnce() async throws {
        let collection = try await collection()
        var added: [DocumentID] = []
        for number in 0..<12 {
            if number % 3 == 0 { trial.clock.advance() }
            added.append(try await store.add(trial.upload("\(number)", to: collection, of: store), by: trial.alice).document.id)
        }
        for expected in added.prefix(4) { #expect(try await store.takeQueued()?.document.id == expected) }
        let rest = try await withThrowingTaskGroup(of: DocumentID?.self) { group in
            for _ in 0..<12 { group.addTask { try await store.takeQueued()?.document.id } }
            return try await group.reduce(into: []) { $0 += [$1] }
        }
        #expect(rest.compactMap { $0 }.sorted() == added.dropFirst(4).sorted())
    }

    @Test func whatWasBeingReadIsQueuedAgain() async throws {
        let (collection, ready) = try await trial.library(store, by: trial.alice, .init(name: "c"), text: "kept\nwhole")
        let half = try await store.add(trial.upload("half\nread", to: collection.id, of: store, filename: "h.txt"), by: trial.alice)
        let queued = try #require(try await store.takeQueued())
        try await store.begin(queued, title: "T", text: "half\nread", pageCount: nil, mediaType: "text/plain")
        try await store.save([trial.drafts("half\nread")[0]], of: queued)
        let waiting = try await store.add(trial.upload("waiting", to: collection.id, of: store, filename: "w.txt"), by: trial.alice)
        let stray = try store.newUploadPath()
        try Data("never filed".utf8).write(to: URL(fileURLWithPath: stray))
        try store.close()

        let again = try trial.opened()
        try await again.requeueUnfinished()
        #expect(uploads.count == 3 && !FileManager.default.fileExists(atPath: stray))
        #expect(try await rows(again) == [3, 1, 2])
        let document = try #require(try await again.document(half.document.id, for: trial.alice))
        #expect(document.status == .queued && document.progress == 0)
        #expect(try await again.document(ready.id, for: trial.alice) == ready)
        #expect(try await again.document(waiting.document.id, for: trial.alice)?.status == .queued)
        #expect(try await Set([trial.ingestNext(again), trial.ingestNext(again)].map { $0?.map(\.text) }) == [["half", "read"], ["waiting"]])
        #expect(try await again.takeQueued() == nil)
        #expect(try await live(again) == [["kept", "whole"], ["half", "read"], ["waiting"]])
        try again.close()
    }

    @Test func filtersMatchValuesOfTheirOwnType() async throws {
        let collection = try await collection()
        let values: [JSONValue] = ["1", 1, true, "true", nil, ["1"], "1 "]
        var keys: [Int64] = []
        for (number, value) in values.enumerated() {
            let upload = try trial.upload("\(number)", to: collection, of: store, metadata: ["v": value, "odd": .bool(number % 2 == 1)])
            keys.append(try await store.add(upload, by: trial.alice).document.key)
        }
        let partitions = try await store.partitions(for: trial.alice, collection: nil)
        func found(_ conditions: [String: [JSONValue]]) async throws -> [Int] {
            let found = try await store.documentKeys(in: partitions, matching: MetadataFilters(conditions))
            return keys.indices.filter { found.contains(keys[$0]) }
        }
        #expect(try await found(["v": ["1"]]) == [0])
        #expect(try await found(["v": [1]]) == [1])
        #expect(try await found(["v": [true]]) == [2])
        #expect(try await found(["v": ["true"]]) == [3])
        #expect(try await found(["v": [nil]]) == [4])
        #expect(try await found(["v": ["1", 1, nil]]) == [0, 1, 4])
        #expect(try await found(["v": ["1", 1, true, "true"], "odd": [true]]) == [1, 3])
        #expect(try await found(["v": []]) == [])
        #expect(try await found(["other": [1]]) == [])
        #expect(try await found([:]) == Array(0..<7))
        #expect(try await found(["v') OR 1=1 --": ["x"]]) == [])
        #expect(try await store.documentKeys(in: [], matching: MetadataFilters()) == [])
        #expect(try await store.documentKeys(in: [999], matching: MetadataFilters()) == [])
    }
}

extension ChunkDraft {
    fileprivate init(_ chunk: Chunk) {
        self.init(
            position: chunk.position, text: chunk.text, heading: chunk.heading, anchor: chunk.anchor, page: chunk.page, start: chunk.start,
            end: chunk.end)
    }
}
