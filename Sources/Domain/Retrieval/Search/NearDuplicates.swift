import SearchIndex

/// Tells whether two passages say the same: nearly all the words of the shorter, in their order, stand in the other, and what they do not
/// share is no number and no negation, which may be the very answer.
struct NearDuplicates {
    /// The share of the shorter one's word triples that the other must have: copies with up to 5 % of their words changed (measured).
    private static let containment = 0.8
    private static let lengthRatio = 1.25

    private var kept: [(text: String, shingles: [UInt64])] = []

    /// Whether the passage is new beside those that were before; if so it is remembered.
    mutating func isNew(_ text: String) -> Bool {
        let shingles = Shingles.sorted(of: text)
        guard !kept.contains(where: { Self.isSame($0, (text, shingles)) }) else { return false }
        kept.append((text, shingles))
        return true
    }

    private static func isSame(_ left: (text: String, shingles: [UInt64]), _ right: (text: String, shingles: [UInt64])) -> Bool {
        let (small, large) = left.shingles.count <= right.shingles.count ? (left, right) : (right, left)
        let shared = Shingles.shared(small.shingles, large.shingles)
        guard Double(shared) >= containment * Double(small.shingles.count) else { return false }
        guard shared < small.shingles.count else { return true }
        let analyzer = Analyzer()
        let (words, others) = (analyzer.words(small.text), analyzer.words(large.text))
        guard !Figures(small.text, words: words).areMissing(from: Figures(large.text, words: others)) else { return false }
        // A much longer one holds the other and speaks of more, which may say no.
        let isLonger = Double(large.shingles.count) > lengthRatio * Double(small.shingles.count)
        return isLonger || Negations.count(in: words, countsAbsence: true) == Negations.count(in: others, countsAbsence: true)
    }
}

/// The word triples of a text as numbers. Words are runs of letters and digits of ASCII, without case, and whatever lies beyond ASCII.
private enum Shingles {
    /// Each once, in rising order. A text of fewer than three words has one.
    static func sorted(of text: String) -> [UInt64] {
        var text = text
        var words: [UInt64] = []
        text.withUTF8 { bytes in
            var word: UInt64 = offset
            var isOpen = false
            for byte in bytes {
                let lower = (65...90).contains(byte) ? byte | 0x20 : byte
                if (97...122).contains(lower) || (48...57).contains(lower) || lower >= 128 {
                    word = (word ^ UInt64(lower)) &* prime
                    isOpen = true
                } else if isOpen {
                    words.append(word)
                    (word, isOpen) = (offset, false)
                }
            }
            if isOpen { words.append(word) }
        }
        guard words.count >= 3 else { return [words.reduce(offset) { ($0 ^ $1) &* prime }] }
        var shingles = (2..<words.count).map { ((words[$0 - 2] &* prime ^ words[$0 - 1]) &* prime ^ words[$0]) &* prime }
        shingles.sort()
        var last: UInt64?
        return shingles.filter { shingle in
            defer { last = shingle }
            return shingle != last
        }
    }

    /// How many both have.
    static func shared(_ left: [UInt64], _ right: [UInt64]) -> Int {
        var (count, one, other) = (0, 0, 0)
        while one < left.count, other < right.count {
            if left[one] == right[other] {
                (count, one, other) = (count + 1, one + 1, other + 1)
            } else if left[one] < right[other] {
                one += 1
            } else {
                other += 1
            }
        }
        return count
    }

    // FNV-1a.
    private static let offset: UInt64 = 0xcbf2_9ce4_8422_2325
    private static let prime: UInt64 = 0x100_0000_01b3
}
