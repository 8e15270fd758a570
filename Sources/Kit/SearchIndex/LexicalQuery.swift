/// Words weighed by what they tell in the partitions that are searched; ready to find passages, and to score those found otherwise.
public struct LexicalQuery: Sendable {
    private let partitions: [LexicalPartition]
    private let statistics: LexicalStatistics

    init(terms: [String: Float], partitions: [LexicalPartition]) {
        self.partitions = partitions
        statistics = LexicalStatistics(terms: terms, partitions: partitions)
    }

    /// The score that no passage exceeds: every term, as often as one likes. Scores divided by it are comparable between queries.
    public var ideal: Double { Double(statistics.totalWeight * (BM25.k1 + 1)) }

    /// The terms, each with what it weighs.
    public var weights: [String: Float] { Dictionary(uniqueKeysWithValues: statistics.terms.map { ($0.text, $0.weight) }) }

    /// The best passages, best first.
    /// - Parameter documents: the only documents that are looked at; nil for all.
    public func best(_ limit: Int, documents: Set<Int64>? = nil) -> [LexicalHit] {
        guard !statistics.terms.isEmpty, limit > 0 else { return [] }
        var hits: [LexicalHit] = []
        for partition in partitions { hits += partition.search(statistics, documents: documents, limit: limit) }
        guard partitions.count > 1 else { return hits }
        return Array(hits.sorted { ($0.score, $1.key) > ($1.score, $0.key) }.prefix(limit))
    }

    /// What `best` would say of these passages; 0 where a passage holds no term or is not there.
    public func scores(of passages: [(document: Int64, key: Int64)]) -> [Double] {
        var scores = [Double](repeating: 0, count: passages.count)
        for partition in partitions { partition.score(passages, by: statistics, into: &scores) }
        return scores
    }
}
