import Retrieval
import SearchIndex
import VectorIndex

/// How well a passage supports a claim, by what the words of both mean: each word of the claim looks for the nearest one in each sentence
/// of the passage. Weights and threshold were set on scientific claims (Docs/research/citation-support.md).
///
/// That a claim is supported means that the passage speaks of just this. Whether it says the same is told only where both say nearly the
/// same, by their numbers and negations.
struct WordMatching {
    /// From here on a claim is supported.
    static let threshold = 0.64

    private static let leastWeight = 2.0
    private static let purposePenalty = 0.25
    /// For a number that the passage does not know: where a sentence is near, that is what the claim differs in.
    private static let foreignPenalty = (far: 0.05, near: 0.15)
    private static let nearForForeign = 0.65
    /// A sentence that matches this well says nearly the same: then another number, or a negation, makes it another claim.
    private static let nearForNumbers = 0.8
    private static let nearForNegations = 0.8
    private static let nearForSpecifics = 0.8
    private static let otherClaim = 0.5

    /// A claim with the weights of its words, which sum to 1.
    struct Claim {
        let vectors: Embeddings
        let weights: [Double]
        let wording: Wording

        /// - Parameter weights: of index terms; those that are missing weigh least, as stop words and punctuation do.
        init(_ read: WordVectors, weights: [String: Double], wording: Wording, _ analyzer: Analyzer) {
            let found = read.words.map { max(WordMatching.leastWeight, analyzer.terms($0).first.flatMap { weights[$0] } ?? 0) }
            let sum = found.reduce(0, +)
            self.weights = found.map { $0 / sum }
            self.wording = wording
            vectors = read.vectors
        }
    }

    /// A passage: vectors of the words of each sentence, and of its title.
    struct Passage {
        let sentences: [Embeddings]
        let title: Embeddings?
        let wordings: [Wording]
        let titleRuns: Set<String>
        /// Each sentence is a record, as a table's rows are: what stands in another row says nothing of this one.
        let isOfRecords: Bool

        var wordCount: Int { sentences.reduce(title?.count ?? 0) { $0 + $1.count } }
    }

    let claim: Claim
    let passage: Passage

    /// The sentence that tells it best, and the score, 0–1; nil where there is nothing to compare.
    func best() -> (sentence: Int, score: Double)? {
        guard !passage.sentences.isEmpty, !claim.weights.isEmpty else { return nil }
        let matches = passage.sentences.map(matches)
        let title = passage.title.map { self.matches($0) }
        let sums = matches.map(weighed)
        let ranks = sums.indices.map { sums[$0] - (passage.wordings[$0].statesPurpose ? Self.purposePenalty : 0) }
        guard let best = ranks.indices.max(by: { (ranks[$0], $1) < (ranks[$1], $0) }) else { return nil }
        let said = passage.isOfRecords ? [best] : Array(matches.indices)
        let whole = weighed(Self.highest(said.map { matches[$0] } + [title].compactMap(\.self)))
        let around = said.map { place in
            let near = passage.isOfRecords ? matches[place...place] : matches[max(0, place - 1)...min(matches.count - 1, place + 1)]
            return weighed(Self.highest(Array(near) + [title].compactMap(\.self)))
        }
        let runs = said.reduce(into: passage.titleRuns) { $0.formUnion(passage.wordings[$1].figures.runs) }
        let penalty = sums[best] >= Self.nearForForeign ? Self.foreignPenalty.near : Self.foreignPenalty.far
        let foreign = claim.wording.figures.areForeign(to: runs) ? penalty : 0
        let base = min(1, max(0, 0.5 * whole + 0.5 * (around.max() ?? 0) - foreign))
        let mixes = passage.isOfRecords && mixesRows(with: best)
        return (best, base * agreement(with: passage.wordings[best], match: sums[best]) * (mixes ? Self.otherClaim : 1))
    }

    /// Whether the claim says of this row what stands only in others.
    private func mixesRows(with row: Int) -> Bool {
        let missing = claim.wording.terms.subtracting(passage.wordings[row].terms)
        return passage.wordings.indices.contains { $0 != row && !missing.isDisjoint(with: passage.wordings[$0].terms) }
    }

    private func agreement(with sentence: Wording, match: Double) -> Double {
        let otherNumber = match >= Self.nearForNumbers && claim.wording.figures.areMissing(from: sentence.figures)
        let opposed = match >= Self.nearForNegations && claim.wording.isOpposed(to: sentence)
        let excluded = match >= Self.nearForSpecifics && claim.wording.specifics.exclude(sentence.specifics)
        return (otherNumber ? Self.otherClaim : 1) * (opposed || excluded ? Self.otherClaim : 1)
    }

    /// Of each word of the claim.
    private func matches(_ text: Embeddings) -> [Float] {
        VectorMath.bestDots(claim.vectors.values, text.values, width: claim.vectors.dimensions)
    }

    private func weighed(_ matches: [Float]) -> Double { zip(claim.weights, matches).reduce(0) { $0 + $1.0 * Double($1.1) } }

    private static func highest(_ rows: [[Float]]) -> [Float] {
        rows.dropFirst().reduce(rows.first ?? []) { best, row in zip(best, row).map { max($0, $1) } }
    }
}
