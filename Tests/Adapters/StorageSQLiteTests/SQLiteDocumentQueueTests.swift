import Retrieval
import Testing

@testable import StorageSQLite

/// What becomes of a document that was taken and not finished.
struct SQLiteDocumentQueueTests {
    private let trial = LibraryTrial()
    private let store: SQLiteDocumentStore

    init() throws { store = try trial.opened() }

    private func collection() async throws -> CollectionID { try await store.createCollection(.init(name: "c"), by: trial.alice).id }

    @Test func onlyWhatEndedTheProcessIsHeldAgainstADocument() async throws {
        let collection = try await collection()
        let id = try await store.add(trial.upload("one", to: collection, of: store), by: trial.alice).document.id
        func status() async throws -> Document.Status? { try await store.document(id, for: trial.alice)?.status }
        for _ in 0..<5 {
            let queued = try #require(try await store.takeQueued())
            // As at the server's end.
            let giving = Task { try await store.giveBack(queued) }
            giving.cancel()
            try await giving.value
            #expect(try await status() == .queued)
            try await store.requeueUnfinished()
            #expect(try await status() == .queued)
        }
        for attempt in 1...3 {
            #expect(try await store.takeQueued() != nil)
            try await store.requeueUnfinished()
            #expect(try await status() == (attempt < 3 ? Document.Status.queued : .failed))
        }
    }

    @Test func whatIsDoneOrOvertakenIsNotGivenBack() async throws {
        let collection = try await collection()
        let first = try await store.add(trial.upload("one", to: collection, of: store, filename: "f.txt"), by: trial.alice).document
        let taken = try #require(try await store.takeQueued())
        try await store.begin(taken, title: "T", text: "one", pageCount: nil, mediaType: "text/plain")
        try await store.save(trial.drafts("one"), of: taken)
        #expect(try await store.finish(taken))
        try await store.giveBack(taken)
        #expect(try await store.document(first.id, for: trial.alice)?.status == .ready)
        _ = try await store.add(trial.upload("two", to: collection, of: store, filename: "f.txt"), by: trial.alice)
        #expect(try await store.takeQueued() != nil)
        try await store.giveBack(taken)
        #expect(try await store.document(first.id, for: trial.alice)?.status == .processing)
        #expect(try await store.liveChunks(of: [first.key]).map { $0.chunks.map(\.text) } == [["one"]])
    }
}
