import Foundation
import JSON

/// How well rankings agree with judgements.
struct RankingFigures {
    static let depth = 10

    private(set) var gains: [Double] = []
    private var recalls: [Double] = []
    private var ranks: [Double] = []

    /// - Parameters:
    ///   - found: best first.
    ///   - grades: of the documents that are right.
    mutating func add(_ found: [String], _ grades: [String: Int]) {
        let top = found.prefix(Self.depth)
        let gain = top.enumerated().reduce(0) { $0 + Double(grades[$1.element] ?? 0) / log2(Double($1.offset + 2)) }
        let ideal = grades.values.sorted(by: >).prefix(Self.depth).enumerated().reduce(0) { $0 + Double($1.element) / log2(Double($1.offset + 2)) }
        let first = top.firstIndex { grades[$0] != nil }
        gains.append(ideal > 0 ? gain / ideal : 0)
        recalls.append(grades.isEmpty ? 0 : Double(top.count { grades[$0] != nil }) / Double(min(grades.count, Self.depth)))
        ranks.append(first.map { 1 / Double($0 + 1) } ?? 0)
    }

    var json: JSONObject {
        [
            "queries": .number(JSONNumber(gains.count)), "ndcg_at_10": Figure.rounded(Figure.mean(gains)),
            "recall_at_10": Figure.rounded(Figure.mean(recalls)), "mrr_at_10": Figure.rounded(Figure.mean(ranks)),
        ]
    }
}

enum Figure {
    static func mean(_ values: [Double]) -> Double { values.isEmpty ? 0 : values.reduce(0, +) / Double(values.count) }

    static func median(_ values: [Double]) -> Double { values.isEmpty ? 0 : values.sorted()[values.count / 2] }

    /// With four places.
    static func rounded(_ value: Double) -> JSONValue { JSONNumber((value * 10_000).rounded() / 10_000).map { .number($0) } ?? .null }

    static func share(_ count: Int, of all: Int) -> JSONValue { all == 0 ? .null : rounded(Double(count) / Double(all)) }

    /// The chance that one of `high` exceeds one of `low`: the area under the curve of true against false positives. Nil where either is empty.
    static func separation(_ high: [Double], _ low: [Double]) -> Double? {
        guard !high.isEmpty, !low.isEmpty else { return nil }
        let wins = high.reduce(0.0) { sum, value in sum + low.reduce(0.0) { $0 + (value > $1 ? 1 : value == $1 ? 0.5 : 0) } }
        return wins / Double(high.count * low.count)
    }
}
