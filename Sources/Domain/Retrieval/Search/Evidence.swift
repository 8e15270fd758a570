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
    let sum: Double

    /// - Parameters:
    ///   - dense: documents' cosines, best first.
    ///   - lexical: documents' shares of the ideal score, best first.
    init(dense: [Double], lexical: [Double]) {
        sum = (dense.first ?? 0) + 0.5 * Self.peak(dense, of: dense.count) + 0.75 * Self.peak(lexical, of: dense.count)
    }

    var isEnough: Bool { sum >= Self.enough }

    /// 0–1, ½ near the threshold.
    var share: Double { 1 / (1 + exp(-8 * (sum - Self.enough))) }

    /// How far the best stands above the tenth; where there are fewer documents, above the last. What is not in the list scored nothing.
    private static func peak(_ scores: [Double], of documents: Int) -> Double {
        guard let first = scores.first, documents > 1 else { return scores.first ?? 0 }
        let base = min(tenth, documents - 1)
        return first - (scores.indices.contains(base) ? scores[base] : 0)
    }

    private static let tenth = 9
}
