package import NIOPosix
import SearchIndex

/// BM25 in memory, on threads of its own so that neither event loops nor tasks wait for a search.
package final class LexicalPassageIndex: PassageIndex {
    private let index = LexicalIndex()
    private let threads: NIOThreadPool
    private let ingestThreads: NIOThreadPool

    /// - Parameters:
    ///   - threads: a running pool, for searches.
    ///   - ingestThreads: one for additions, so that no search waits while a large document is taken apart.
    package init(threads: NIOThreadPool, ingestThreads: NIOThreadPool) {
        self.threads = threads
        self.ingestThreads = ingestThreads
    }

    /// The share of the question that a passage speaks of. Where several of its words stand together that is no chance, and words that
    /// no passage knows are left out: a question may be wrapped in what says nothing.
    private static func evidence(_ hit: LexicalHit) -> Double {
        hit.matchedTerms >= togetherTerms ? max(hit.coverage, 0.9 * hit.knownCoverage) : hit.coverage
    }

    private static let togetherTerms = 2

    package func replace(_ document: IndexableDocument) async throws {
        let passages = document.chunks.map {
            IndexedPassage(key: $0.key, title: document.title, heading: $0.heading, body: $0.text)
        }
        try await ingestThreads.runIfActive { [index] in
            index.replace(document: document.key, in: document.partition, passages: passages)
        }
    }

    package func remove(document key: Int64, partition: Int64) async throws {
        try await ingestThreads.runIfActive { [index] in index.remove(document: key, from: partition) }
    }

    package func remove(partition: Int64) async throws { index.removePartition(partition) }

    package func search(_ query: PassageQuery) async throws -> [PassageHit] {
        try await threads.runIfActive { [index] in
            index.search(query.text, partitions: query.partitions, documents: query.documents, limit: query.limit).map {
                PassageHit(chunkKey: $0.key, score: $0.score, evidence: Self.evidence($0))
            }
        }
    }
}
