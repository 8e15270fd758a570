import Logging
import NIOPosix
import Retrieval
import Testing

struct TermWeightTests {
    @Test func aTermTellsMoreWhereFewPassagesHoldIt() async throws {
        let threads = NIOThreadPool(numberOfThreads: 1)
        threads.start()
        let index = try HybridPassageIndex(
            lexicalFile: nil, embeddings: LibraryEmbeddings(), threads: threads, ingestThreads: threads,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        for key in 1...8 as ClosedRange<Int64> {
            let text = key == 1 ? "A rare loquat tree." : "A tree."
            let chunk = IndexableChunk(key: key, heading: "", text: text)
            try await index.replace([IndexableDocument(key: key, partition: key == 8 ? 2 : 1, title: "", chunks: [chunk])])
        }
        let weights = try await index.weights(of: ["loquat", "tree", "tree", "unheard"], partitions: [1])
        #expect(weights.count == 3)
        #expect(weights["loquat"] ?? 0 > weights["tree"] ?? 1)
        #expect(weights["unheard"] == weights["loquat"])
        // What may not be searched says nothing.
        let other = try await index.weights(of: ["loquat", "tree"], partitions: [2])
        #expect(other["loquat"] == other["tree"])
        try await threads.shutdownGracefully()
    }
}
