internal import CVectorMath

extension Analyzer {
    /// Raised when terms of the same text change in a way that the sample does not show.
    private static let version = 1

    /// Words of many shapes, so that another stemmer or other tables of characters are noticed.
    private static let sample = """
        The generously nationalized communities' relational databases were hopefully adjusted; dying skies, ties and lying flies. Controlling
        hopped hoping fished agreed happy bottles electricity conditional triplicate goodness revival inference airliner adjustable irritant
        replacement adoption effective bowdlerize 42nd 2026-11-21 x86_64 don't it\u{2019}s CAFÉ cafe\u{301} Straße ÅNGSTRÖM \u{130}stanbul ПРИВЕТ мир
        中文字 Swift语言5 ひらカナ 한국 말 \u{fb01}ne ก\u{e48} ١٢٣ 👩‍👩‍👧 naïve
        """

    /// Changes whenever the same text may give other terms or other weights.
    public static let fingerprint: UInt32 = {
        var parts = ["\(version)", "\(wordLimit)", "\(BM25.titleWeight)", "\(BM25.headingWeight)"]
        parts += StopWords.english.sorted() + Analyzer().terms(sample)
        let bytes = Array(parts.joined(separator: "\n").utf8)
        return vm_crc32c(0, bytes, bytes.count)
    }()
}
