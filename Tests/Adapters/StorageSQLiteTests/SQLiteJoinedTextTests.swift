import Access
import Conversation
import DocumentText
import GRDB
import Retrieval
import Testing
import TimeOrdered

@testable import StorageSQLite

/// Neighbouring chunks as the one piece of text that they are of.
struct SQLiteJoinedTextTests {
    private let trial = LibraryTrial()

    /// Chunks with several kinds of white space between them, and with none.
    private static let text = [
        String(repeating: "A long sentence follows here.\t\r\n", count: 100), String(repeating: "x", count: 4_000),
        String(repeating: "e\u{301} 🍊 with \u{0} inside. ", count: 200), "The end.",
    ].joined(separator: "\r\n \r\n\n")

    private func read(_ text: String) throws -> (scalars: [Unicode.Scalar], drafts: [ChunkDraft]) {
        let parsed = try DocumentParser.parse(Array(text.utf8), format: .text)
        return (Array(parsed.text.unicodeScalars), Chunker().chunks(of: parsed))
    }

    private func ingest(_ text: String, _ store: SQLiteDocumentStore, _ collection: CollectionID) async throws {
        _ = try await store.add(trial.upload(text, to: collection, of: store, filename: "f.txt"), by: trial.alice)
        let queued = try #require(try await store.takeQueued())
        try await store.begin(queued, title: "T", text: text, pageCount: nil, mediaType: "text/plain")
        try await store.save(read(text).drafts, of: queued)
        #expect(try await store.finish(queued))
    }

    private func keys(_ store: SQLiteDocumentStore) async throws -> [Int64] {
        try await store.file.read { try Int64.fetchAll($0, sql: "SELECT key FROM chunks ORDER BY position") }
    }

    private func expectJoined(_ store: SQLiteDocumentStore) async throws {
        let (scalars, drafts) = try read(Self.text)
        let keys = try await keys(store)
        #expect(keys.count == drafts.count && keys.count > 5)
        for first in keys.indices {
            for last in first..<min(first + 3, keys.count) {
                let joined = try #require(try await store.text(ofNeighbours: Array(keys[first...last])))
                #expect(Array(joined.unicodeScalars) == Array(scalars[drafts[first].start..<drafts[last].end]))
            }
        }
    }

    @Test func itIsWhatStandsInTheDocument() async throws {
        let store = try trial.opened()
        let collection = try await store.createCollection(.init(name: "c"), by: trial.alice)
        try await ingest(Self.text, store, collection.id)
        // It may be very long, and is not read for it.
        try await store.file.write { try $0.execute(sql: "UPDATE document_texts SET text = x''") }
        try await expectJoined(store)
    }

    @Test func whatIsNotLiveIsNotJoined() async throws {
        let store = try trial.opened()
        let collection = try await store.createCollection(.init(name: "c"), by: trial.alice)
        try await ingest(Self.text, store, collection.id)
        let old = try await keys(store)
        try await ingest(Self.text + " More.", store, collection.id)
        let new = try await keys(store)
        #expect(try await store.text(ofNeighbours: Array(new[0...1])) != nil)
        #expect(try await store.text(ofNeighbours: Array(old[0...1])) == nil)
        #expect(try await store.text(ofNeighbours: [old[0], new[1]]) == nil)
        #expect(try await store.text(ofNeighbours: [new[0], old[1]]) == nil)
    }

    @Test func chunksFarFromEachOtherAreNotJoined() async throws {
        let store = try trial.opened()
        let collection = try await store.createCollection(.init(name: "c"), by: trial.alice)
        try await ingest("One." + String(repeating: "\n", count: 5_000) + "Two.", store, collection.id)
        let keys = try await keys(store)
        #expect(keys.count == 2)
        #expect(try await store.text(ofNeighbours: keys) == nil)
    }

    /// Of the time when what stands between chunks was looked for in the document's text.
    @Test func olderLibrariesAreJoinedToo() async throws {
        let queue = try DatabaseQueue(path: DataDirectory(path: trial.temporary.path).libraryFile)
        try LibraryMigrations.migrator.migrate(queue, upTo: "2 departed users")
        let (trial, drafts) = (trial, try read(Self.text).drafts)
        try await queue.write { database in
            try database.execute(
                sql: """
                    INSERT INTO collections (id, workspace, owner, name, description, visibility, created_at, updated_at)
                    VALUES (?, ?, ?, x'63', x'', 'private', 0, 0)
                    """, arguments: [trial.ids.next(), trial.workspace, trial.alice.userID])
            try database.execute(
                sql: """
                    INSERT INTO documents (id, collection, title, media_type, size, sha256, metadata, status, live_generation, upload,
                        created_at, updated_at) VALUES (?, 1, x'54', 'text/plain', 1, x'00', '{}', 'ready', 1, 'u', 0, 0)
                    """, arguments: [trial.ids.next()])
            try database.execute(
                sql: "INSERT INTO document_texts (document, generation, title, media_type, text) VALUES (1, 1, x'54', 'text/plain', ?)",
                arguments: [Self.text.blob])
            for draft in drafts {
                try database.execute(
                    sql: "INSERT INTO chunks (id, document, generation, position, text, start, \"end\") VALUES (?, 1, 1, ?, ?, ?, ?)",
                    arguments: [trial.ids.next(), draft.position, draft.text.blob, draft.start, draft.end])
            }
        }
        try queue.close()
        try await expectJoined(try trial.opened())
    }
}
