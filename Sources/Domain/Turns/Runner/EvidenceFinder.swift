package import Generation
package import Retrieval
import TimeLimits

/// Finds out what the words of citations mean. An answer waits for it, so there is a limit to how long.
package struct EvidenceFinder: Sendable {
    private let words: any WordEmbedder
    private let retrieval: RetrievalService
    private let limit: Duration

    /// - Parameter limit: how long an answer waits; then its citations are checked by their words alone.
    package init(words: any WordEmbedder, retrieval: RetrievalService, limit: Duration = .seconds(2)) {
        self.words = words
        self.retrieval = retrieval
        self.limit = limit
    }

    /// Nothing where it fails, takes too long, or the task is cancelled.
    /// - Parameter partitions: in whose passages terms are counted.
    package func find(_ need: CitationEvidence.Need, in partitions: [Int64]) async -> CitationEvidence {
        (try? await TimeLimit().run(limit) { try await read(need, partitions) }) ?? .none  // reason: words alone decide then
    }

    private func read(_ need: CitationEvidence.Need, _ partitions: [Int64]) async throws -> CitationEvidence {
        async let weights = need.terms.isEmpty ? [:] : retrieval.weights(of: need.terms, partitions: partitions)
        let vectors = try await words.wordVectors(of: need.texts, priority: .interactive)
        return CitationEvidence(vectors: Dictionary(zip(need.texts, vectors), uniquingKeysWith: { first, _ in first }), weights: try await weights)
    }
}
