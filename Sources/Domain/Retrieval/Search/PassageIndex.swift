/// A way to find passages. Lexical search is one; others stand beside it and their hits are fused.
package protocol PassageIndex: Sendable {
    /// Adds a document, or puts it in the place of what was there under its key. Found from the moment this returns.
    func replace(_ document: IndexableDocument) async throws
    func remove(document key: Int64, partition: Int64) async throws
    func remove(partition: Int64) async throws
    /// The best passages, best first.
    func search(_ query: PassageQuery) async throws -> [PassageHit]
}

package struct PassageQuery: Sendable {
    package let text: String
    /// The only partitions that are searched: those that the asker may read.
    package let partitions: [Int64]
    /// The only documents that are searched; nil for all.
    package let documents: Set<Int64>?
    package let limit: Int

    package init(text: String, partitions: [Int64], documents: Set<Int64>?, limit: Int) {
        self.text = text
        self.partitions = partitions
        self.documents = documents
        self.limit = limit
    }
}

package struct PassageHit: Sendable, Hashable {
    package let chunkKey: Int64
    /// Comparable within one search of one index.
    package let score: Double
    /// How much of what was asked the passage speaks of, 0–1; comparable between searches.
    package let evidence: Double

    package init(chunkKey: Int64, score: Double, evidence: Double) {
        self.chunkKey = chunkKey
        self.score = score
        self.evidence = evidence
    }
}
