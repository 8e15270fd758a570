/// Finds passages of the library. Found is what was added, from the moment that the call returns.
package protocol PassageIndex: Sendable {
    /// Adds documents, or puts them in the place of what was there under their keys.
    func replace(_ documents: [IndexableDocument]) async throws
    /// Of these documents, those that are not found by just these chunks.
    func missing(_ documents: [LiveDocument]) async throws -> [Int64]
    /// Removes documents that the library no longer has.
    func removeAllBut(_ live: Set<Int64>) async throws
    func remove(document key: Int64, partition: Int64) async throws
    func remove(partition: Int64) async throws
    /// Takes out of its files what may still lie there of documents that were removed.
    func forgetRemoved() async throws
    /// The best passages.
    /// - Throws: `EmbeddingError` where the mode asks for embeddings and there are none; a hybrid search goes on without.
    func search(_ query: PassageQuery) async throws -> PassageFindings
    /// How much each term tells among the passages of these partitions: its inverse document frequency.
    func weights(of terms: [String], partitions: [Int64]) async throws -> [String: Double]
}

package struct PassageQuery: Sendable {
    package let question: SearchQuestion
    package let mode: RetrievalRequest.Mode
    /// The only partitions that are searched: those that the asker may read.
    package let partitions: [Int64]
    /// The only documents that are searched; nil for all.
    package let documents: Set<Int64>?
    package let limit: Int

    package init(question: SearchQuestion, mode: RetrievalRequest.Mode, partitions: [Int64], documents: Set<Int64>?, limit: Int) {
        self.question = question
        self.mode = mode
        self.partitions = partitions
        self.documents = documents
        self.limit = limit
    }
}

package struct PassageFindings: Sendable {
    /// Best first.
    package let hits: [PassageHit]
    /// How sure it is that an answer is among them, 0–1; comparable between searches that `usedEmbeddings` alike.
    package let evidence: Double
    /// Whether that is enough to answer from.
    package let isEnough: Bool
    package let usedEmbeddings: Bool

    package init(hits: [PassageHit], evidence: Double, isEnough: Bool, usedEmbeddings: Bool) {
        self.hits = hits
        self.evidence = evidence
        self.isEnough = isEnough
        self.usedEmbeddings = usedEmbeddings
    }

    /// The same passages, with the evidence that a wider search has for them.
    func with(_ wider: PassageFindings) -> PassageFindings {
        PassageFindings(hits: hits, evidence: wider.evidence, isEnough: wider.isEnough, usedEmbeddings: usedEmbeddings)
    }

    static let nothing = PassageFindings(hits: [], evidence: 0, isEnough: false, usedEmbeddings: false)
}

package struct PassageHit: Sendable, Hashable {
    package let chunkKey: Int64
    /// Comparable within one search.
    package let score: Double

    package init(chunkKey: Int64, score: Double) {
        self.chunkKey = chunkKey
        self.score = score
    }
}
