import Synchronization

/// A passage to index.
public struct IndexedPassage: Sendable {
    /// The caller's own name for the passage, unique in the index.
    public let key: Int64
    public let title: String
    public let heading: String
    public let body: String

    public init(key: Int64, title: String, heading: String, body: String) {
        self.key = key
        self.title = title
        self.heading = heading
        self.body = body
    }
}

/// A passage that was found.
public struct LexicalHit: Hashable, Sendable {
    public let key: Int64
    public let document: Int64
    /// BM25, unbounded; comparable within one search only.
    public let score: Double
    /// The share of the query's weight (inverse document frequencies) whose terms stand in the passage, 0–1.
    public let coverage: Double
    /// The same among the terms that stand in any passage at all, 0–1.
    public let knownCoverage: Double
    /// How many different terms of the query stand in the passage.
    public let matchedTerms: Int
}

/// A BM25 index in memory, split into partitions that are searched together or apart; statistics are those of the partitions that
/// are searched, so what one may not search does not change what one finds. Safe to use from any thread; a search does not wait
/// for another partition's writes.
public final class LexicalIndex: Sendable {
    private let partitions = Mutex<[Int64: LexicalPartition]>([:])
    private let analyzers = Mutex<[UnsafeTransfer<Analyzer>]>([])

    public init() {}

    /// Adds or replaces a document: all its passages at once.
    public func replace(document: Int64, in partition: Int64, passages: [IndexedPassage]) {
        let weighed = withAnalyzer { analyzer in passages.map { WeighedPassage($0, analyzer) } }
        self.partition(partition).replace(document: document, passages: weighed)
    }

    public func remove(document: Int64, from partition: Int64) { partitions.withLock { $0[partition] }?.remove(document: document) }

    public func removePartition(_ partition: Int64) { partitions.withLock { $0[partition] = nil } }

    /// The terms of a text with how often they stand in it.
    public func terms(_ text: String) -> [String: Float] {
        withAnalyzer { Dictionary($0.terms(text).map { ($0, 1) }, uniquingKeysWith: +) }
    }

    /// A query over these partitions alone, with their statistics as they are now.
    /// - Parameter terms: how much each counts, 1 for a word that is asked once.
    public func query(_ terms: [String: Float], partitions: [Int64]) -> LexicalQuery {
        let searched = self.partitions.withLock { all in Set(partitions).sorted().compactMap { all[$0] } }
        return LexicalQuery(terms: terms, partitions: searched)
    }

    /// The best passages, best first.
    /// - Parameters:
    ///   - partitions: the only ones that are looked at.
    ///   - documents: the only documents that are looked at; nil for all.
    ///   - limit: how many passages at the most.
    public func search(_ text: String, partitions: [Int64], documents: Set<Int64>? = nil, limit: Int) -> [LexicalHit] {
        query(terms(text), partitions: partitions).best(limit, documents: documents)
    }

    /// How many passages can be found.
    public var passageCount: Int { partitions.withLock { $0.values.map(\.passageCount).reduce(0, +) } }

    private func partition(_ key: Int64) -> LexicalPartition {
        partitions.withLock { all in
            if let known = all[key] { return known }
            let new = LexicalPartition()
            all[key] = new
            return new
        }
    }

    /// Analyzers hold a stemmer that one thread at a time may use: each call takes one and gives it back.
    private func withAnalyzer<Result>(_ body: (Analyzer) -> Result) -> Result {
        let analyzer = analyzers.withLock { $0.popLast() }?.value ?? Analyzer()
        let result = body(analyzer)
        let box = UnsafeTransfer(value: analyzer)
        analyzers.withLock { $0.append(box) }
        return result
    }
}

/// Carries a value that is not Sendable between threads that use it one after the other.
private struct UnsafeTransfer<Value>: @unchecked Sendable {
    let value: Value
}
