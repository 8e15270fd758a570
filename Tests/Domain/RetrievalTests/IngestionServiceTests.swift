import Testing

@testable import Retrieval

@Suite(.timeLimit(.minutes(2))) struct IngestionServiceTests {
    /// Ends with the task that waits for it.
    private static func cancellation() async throws {
        for await _ in AsyncStream<Void>.makeStream().stream {}
        try Task.checkCancellation()
    }

    /// A text of so many chunks.
    private static func book(_ chunks: Int) -> String {
        let paragraph = String(repeating: "A cat on a ship. ", count: Chunker.targetLength / 17)
        return Array(repeating: paragraph, count: chunks).joined(separator: "\n\n")
    }

    /// One that is embedded, one that waits for that, one that waits for the rest of its batch, and one that is being read.
    @Test func whatIsUnderWayAtTheEndIsGivenBack() async throws {
        let library = try MeaningLibrary()
        let (begun, beginning) = AsyncStream.makeStream(of: Void.self)
        library.embedder.beforeDocuments { _ in
            beginning.yield()
            try await Self.cancellation()
        }
        library.shelf.beforeReading { text in
            guard text == "A king." else { return }
            beginning.yield()
            try await Self.cancellation()
        }
        for key in 1...2 as ClosedRange<Int64> { library.shelf.queue(key, Self.book(300)) }
        library.shelf.queue(3, "A cat.")
        library.shelf.queue(4, "A king.")
        let ingestion = library.ingestion(library.backlog())
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await ingestion.run() }
            var steps = begun.makeAsyncIterator()
            for _ in 0..<2 { _ = await steps.next() }
            group.cancelAll()
            try await group.waitForAll()
        }
        #expect(library.shelf.givenBack.sorted() == [1, 2, 3, 4])
        #expect(library.dense.isEmpty)
        #expect(try await library.found("cat", .lexical) == [])
    }
}
