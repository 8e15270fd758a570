import Foundation
import NIOPosix
import Synchronization
import Testing

@testable import Retrieval

struct EmbeddingWorkTests {
    /// Notes the threads on which texts are cut.
    private final class ThreadNotingEmbedder: Embedder {
        private let noted = Mutex<Set<ObjectIdentifier>>([])

        var threads: Set<ObjectIdentifier> { noted.withLock { $0 } }

        var model: EmbeddingModel { EmbeddingModel(name: "one", dimensions: 1, tokenLimit: nil) }

        func windows(of text: String, title: String) -> [String] {
            noted.withLock { _ = $0.insert(ObjectIdentifier(Thread.current)) }
            return [text]
        }

        func embed(_ texts: [String], priority: EmbeddingPriority) async throws -> Embeddings {
            Embeddings(dimensions: 1, values: texts.map { Float($0.count) })
        }
    }

    @Test func textsAreCutOnTheThreadsOfThePool() async throws {
        let pool = NIOThreadPool(numberOfThreads: 1)
        pool.start()
        let embedder = ThreadNotingEmbedder()
        let chunks = (1...EmbeddingWork.sliceSize * 2 + 1).map { String(repeating: "a", count: $0) }
        let embedded = try await EmbeddingWork(embedder: embedder, threads: pool).embed([MeaningLibrary.document(1, chunks)])
        let thread = try await pool.runIfActive { ObjectIdentifier(Thread.current) }
        #expect(embedder.threads == [thread])
        let vectors = embedded.flatMap(\.chunks).map { chunk in chunk.windows.map { Array($0) } }
        #expect(vectors == chunks.map { [[Float($0.count)]] })
        try await pool.shutdownGracefully()
    }
}
