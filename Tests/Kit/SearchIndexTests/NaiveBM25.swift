import Foundation
import SearchIndex

/// What `LexicalIndex` should find, by the formula alone: every passage is scored, in double precision, with nothing pruned or kept
/// between searches. It shares the analyzer with the index and nothing else.
struct NaiveBM25 {
    struct Hit {
        let key: Int64
        let score: Double
        let coverage: Double
    }

    private struct Passage {
        let partition: Int64
        let document: Int64
        let key: Int64
        let frequencies: [String: Int]
        let length: Int
    }

    private let analyzer = Analyzer()
    private var passages: [Passage] = []

    mutating func replace(document: Int64, in partition: Int64, passages new: [IndexedPassage]) {
        remove(document: document, from: partition)
        for passage in new {
            let terms = analyzer.terms(passage.body) + analyzer.terms(passage.heading)
            let title = analyzer.terms(passage.title)
            let frequencies = Dictionary((terms + title + title).map { ($0, 1) }, uniquingKeysWith: +)
            passages.append(
                Passage(
                    partition: partition, document: document, key: passage.key, frequencies: frequencies,
                    length: terms.count + 2 * title.count))
        }
    }

    mutating func remove(document: Int64, from partition: Int64) {
        passages.removeAll { $0.partition == partition && $0.document == document }
    }

    /// Every passage that holds a term of the query, best first.
    func search(_ query: String, partitions: [Int64], documents: Set<Int64>? = nil) -> [Hit] {
        let searched = passages.filter { partitions.contains($0.partition) }
        let counts = Dictionary(analyzer.terms(query).map { ($0, 1) }, uniquingKeysWith: +)
        let total = searched.map(\.length).reduce(0, +)
        let averageLength = max(1, Double(total) / Double(max(1, searched.count)))
        var weights: [(term: String, weight: Double)] = []
        for (term, count) in counts {
            let holding = Double(max(1, searched.count { $0.frequencies[term] != nil }))
            let rest = Double(searched.count) - holding
            weights.append((term, Double(count) * log1p((rest + 0.5) / (holding + 0.5))))
        }
        let totalWeight = weights.reduce(0) { $0 + $1.weight }
        var hits: [Hit] = []
        for passage in searched where documents?.contains(passage.document) ?? true {
            var score = 0.0
            var covered = 0.0
            for (term, weight) in weights {
                guard let count = passage.frequencies[term] else { continue }
                let frequency = Double(count)
                let normalLength = 0.25 + 0.75 * Double(passage.length) / averageLength
                score += weight * 2.5 * frequency / (frequency + 1.5 * normalLength)
                covered += weight
            }
            if covered > 0 { hits.append(Hit(key: passage.key, score: score, coverage: covered / totalWeight)) }
        }
        return hits.sorted { $0.score > $1.score }
    }
}
