#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// Okapi BM25 over fields that are weighed together (BM25F with one length): Robertson and Zaragoza, "The Probabilistic Relevance
/// Framework: BM25 and Beyond", 2009.
public enum BM25 {
    /// Saturation of term frequency.
    static let k1: Float = 1.5
    /// Share of length normalisation.
    static let b: Float = 0.75
    /// A word in the title counts as this many in the body; in the heading likewise.
    static let titleWeight: UInt32 = 2
    static let headingWeight: UInt32 = 1

    /// ln(1 + (N - n + 0.5) / (n + 0.5)), which is never negative.
    public static func inverseFrequency(passages: Int, holding: Int) -> Float {
        Float(log1p((Double(passages) - Double(holding) + 0.5) / (Double(holding) + 0.5)))
    }

    /// What of a term's weight its frequency in a passage is worth, of k1 + 1.
    struct Curve {
        private let base = k1 * (1 - b)
        private let scale: Float

        init(averageLength: Float) { scale = k1 * b / averageLength }

        /// 0–1.
        @inline(__always)
        func share(_ frequency: Float, length: Float) -> Float { frequency / (frequency + base + scale * length) }
    }
}
