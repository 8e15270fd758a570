import Testing
import VectorIndex

@testable import Retrieval

/// The ranking that two searches make together.
struct FusionTests {
    private let question: [Float] = [1, 0, 0]

    private func candidate(_ key: Int64, lexical: Double, _ vector: [Float]?) -> Candidate {
        Candidate(ChunkAddress(document: key, key: key), lexical: lexical, windows: vector.map { [$0] } ?? [], near: question)
    }

    private func order(_ candidates: [Candidate]) -> [Int64] { Fusion.rank(candidates, question: question).map(\.chunk.key) }

    @Test func bothScoresCountHalf() {
        let scored = candidate(1, lexical: 0.4, [0.6, 0.8, 0])
        #expect(abs(scored.score - 0.5) < 1e-6)
        #expect(order([candidate(1, lexical: 0.9, [0, 1, 0]), candidate(2, lexical: 0.8, [1, 0, 0])]) == [2, 1])
    }

    @Test func theBestWindowStandsForThePassage() {
        let two = Candidate(ChunkAddress(document: 1, key: 1), lexical: 0, windows: [[0, 1, 0], [1, 0, 0]], near: question)
        #expect(two.dense == 1)
    }

    @Test func whatIsNotEmbeddedYetIsRankedByItsWords() {
        #expect(order([candidate(1, lexical: 0.2, nil), candidate(2, lexical: 0.6, nil)]) == [2, 1])
        #expect(order([]).isEmpty)
    }

    /// Two passages score alike; one of them resembles the best.
    @Test func whatResemblesGoodPassagesRises() {
        let best = candidate(1, lexical: 1, [0.8, 0.6, 0])
        let like = candidate(2, lexical: 0.3, [0.5, 0.866, 0])
        let unlike = candidate(3, lexical: 0.3, [0.5, 0, 0.866])
        #expect(order([unlike, like, best]) == [1, 2, 3])
    }

    @Test func theOrderDoesNotDependOnTheOrderBefore() {
        let candidates = (1...40).map { candidate(Int64($0), lexical: Double($0 % 7) / 7, [0.6, 0.8, 0]) }
        let expected = order(candidates)
        for _ in 0..<5 { #expect(order(candidates.shuffled()) == expected) }
    }
}

/// Whether there is enough to answer from.
struct EvidenceTests {
    @Test func aPeakIsEvidenceAndAPlainIsNone() {
        let peak = Evidence(dense: [0.6] + Array(repeating: 0.2, count: 20), lexical: [0.4] + Array(repeating: 0.1, count: 20))
        let plain = Evidence(dense: Array(repeating: 0.5, count: 20), lexical: Array(repeating: 0.1, count: 20))
        #expect(peak.isEnough && !plain.isEnough && peak.share > 0.5 && plain.share < 0.5)
    }

    @Test func fewDocumentsHaveNoTenth() {
        #expect(Evidence(dense: [], lexical: []).sum == 0)
        #expect(abs(Evidence(dense: [0.4], lexical: [0.2]).sum - (0.4 + 0.1 + 0.15)) < 1e-9)
        #expect(abs(Evidence(dense: [0.4, 0.1], lexical: [0.2]).sum - (0.4 + 0.15 + 0.15)) < 1e-9)
        #expect(Evidence(dense: [0.1], lexical: []).sum == 0.1)
    }
}
