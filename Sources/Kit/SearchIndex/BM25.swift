/// Okapi BM25 over fields that are weighed together (BM25F with one length): Robertson and Zaragoza, "The Probabilistic Relevance
/// Framework: BM25 and Beyond", 2009.
public enum BM25 {
    /// Saturation of term frequency.
    static let k1: Float = 1.5
    /// Share of length normalisation.
    static let b: Float = 0.75
    /// A word in the title counts as this many in the body; in the heading likewise.
    static let titleWeight = 2
    static let headingWeight = 1

    /// ln(1 + (N - n + 0.5) / (n + 0.5)), which is never negative.
    public static func inverseFrequency(passages: Int, holding: Int) -> Float {
        Float(log1p((Double(passages) - Double(holding) + 0.5) / (Double(holding) + 0.5)))
    }
}

#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// A passage as the index stores it: how often each term stands in it, fields weighed.
struct WeighedPassage: Sendable {
    let key: Int64
    let frequencies: [String: Int]
    let length: Int

    init(_ passage: IndexedPassage, _ analyzer: Analyzer) {
        var frequencies: [String: Int] = [:]
        var length = 0
        func add(_ text: String, _ weight: Int) {
            for term in analyzer.terms(text) {
                frequencies[term, default: 0] += weight
                length += weight
            }
        }
        add(passage.body, 1)
        add(passage.title, BM25.titleWeight)
        add(passage.heading, BM25.headingWeight)
        key = passage.key
        self.frequencies = frequencies
        self.length = length
    }
}

/// What a search knows of the whole: the query's terms with their weights over all partitions that are searched.
struct LexicalStatistics {
    struct Term {
        let text: String
        let weight: Float
    }

    let terms: [Term]
    let averageLength: Float
    let totalWeight: Float
    /// Of the terms that stand in any passage at all.
    let knownWeight: Float

    init(terms counts: [String: Float], partitions: [LexicalPartition]) {
        var passages = 0
        var length = 0
        var holding = [String: Int](minimumCapacity: counts.count)
        for partition in partitions {
            let part = partition.statistics(of: counts.keys)
            passages += part.passages
            length += part.length
            holding.merge(part.holding, uniquingKeysWith: +)
        }
        averageLength = max(1, Float(length) / Float(max(1, passages)))
        // A word that stands nowhere weighs as much as one that stands once: it says as much of what is asked.
        terms = counts.map { text, count in
            Term(text: text, weight: count * BM25.inverseFrequency(passages: passages, holding: max(1, holding[text] ?? 0)))
        }.sorted { ($0.weight, $1.text) > ($1.weight, $0.text) }
        totalWeight = terms.map(\.weight).reduce(0, +)
        knownWeight = terms.filter { holding[$0.text] ?? 0 > 0 }.map(\.weight).reduce(0, +)
    }
}
