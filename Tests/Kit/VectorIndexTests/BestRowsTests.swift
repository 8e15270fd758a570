import TestSupport
import Testing

@testable import VectorIndex

@Suite struct BestRowsTests {
    @Test(arguments: [1, 2, 7, 40]) func keepsWhatSortingWouldPutFirst(_ limit: Int) {
        var random = SeededRandom(seed: UInt64(limit))
        var best = BestRows(limit: limit)
        let scores = (0..<500).map { _ in Float(Int.random(in: 0..<60, using: &random)) }
        for (row, score) in scores.enumerated() { best.insert(score, block: 0, row: row) }
        let expected = scores.enumerated().sorted { ($1.element, $0.offset) < ($0.element, $1.offset) }.prefix(limit)
        #expect(best.sorted().map { Int($0.row) } == expected.map(\.offset))
        #expect(best.threshold == expected.last?.element)
    }
}
