import Testing

@testable import Retrieval

@Suite(.timeLimit(.minutes(2))) struct LibraryTests {
    @Test func whatIsDeletedWhileTheIndexIsFilledLeavesNothing() async throws {
        let meanings = try MeaningLibrary()
        for key in 1...2 as ClosedRange<Int64> { meanings.shelf.put(MeaningLibrary.document(key, ["Text \(key) of a gasket."])) }
        meanings.shelf.afterLiveChunks {
            guard meanings.shelf.chunkKeys(of: 1) != nil else { return }
            meanings.shelf.take(1)
            try await meanings.index.remove(document: 1, partition: 1)
        }
        // Read in only once the index is filled and tidied.
        meanings.shelf.queue(3, "A whale.")
        let backlog = meanings.backlog()
        let library = Library(
            store: meanings.shelf, index: meanings.index, feed: DocumentFeed(), ingestion: meanings.ingestion(backlog), backlog: backlog,
            logger: MeaningLibrary.logger)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await library.run() }
            defer { group.cancelAll() }
            while try await meanings.found("whale", .lexical) != [3] {
                // reason: what is waited for is told by nobody; the suite's limit ends it where it does not come
                try await Task.sleep(for: .milliseconds(5))
            }
            #expect(try await meanings.found("gasket", .lexical) == [2])
        }
    }
}
