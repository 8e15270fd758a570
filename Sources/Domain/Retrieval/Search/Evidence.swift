#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// How sure it is that what was found holds an answer: the best passage is near, and it stands out from the others. Weights and threshold
/// were set on dialogues that are marked answerable or not (Docs/retrieval.md).
struct Evidence: Sendable {
    /// From this on there is enough to answer from.
    static let enough = 0.6

    /// About 0.4–1.4.
    private(set) var sum: Double

    /// - Parameters:
    ///   - dense: documents' cosines, best first.
    ///   - lexical: documents' shares of the ideal score, best first.
    init(dense: [Double], lexical: [Double]) {
        sum = (dense.first ?? 0) + 0.5 * Self.peak(dense, background: Self.unrelated) + 0.75 * Self.peak(lexical, background: 0)
    }

    /// What was asked is there to the letter.
    mutating func raise() { sum = max(sum, Self.enough) }

    var isEnough: Bool { sum >= Self.enough }

    /// 0–1, ½ near the threshold.
    var share: Double { 1 / (1 + exp(-8 * (sum - Self.enough))) }

    /// How far the best stands above the tenth. Where there are fewer, what speaks of something else stands for it, or the last of them.
    private static func peak(_ scores: [Double], background: Double) -> Double {
        guard let first = scores.first, let last = scores.last else { return 0 }
        return max(0, first - (scores.count > tenth ? scores[tenth] : min(last, background)))
    }

    /// The cosine of texts that have nothing to do with each other, at the most.
    static let unrelated = 0.2
    private static let tenth = 9
}
