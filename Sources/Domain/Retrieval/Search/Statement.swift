package import SearchIndex

/// What a sentence claims beyond its topic: its numbers, and how often it says no.
package struct Statement: Sendable, Hashable {
    /// As values: `1,000` and `1000`, `5.0` and `5`, `three` and `3` are the same.
    package let numbers: Set<String>
    /// Words that turn a claim round.
    package let negations: Int

    private static let negating: Set<String> = [
        "no", "not", "never", "none", "neither", "nor", "without", "cannot", "lack", "lacks", "lacked", "lacking", "absence", "fail", "fails",
        "failed", "unable", "nothing", "nobody",
    ]
    private static let named: [String: String] = [
        "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9", "ten": "10", "eleven": "11",
        "twelve": "12", "hundred": "100", "thousand": "1000", "million": "1000000", "billion": "1000000000",
    ]

    package init(_ text: String, _ analyzer: Analyzer) {
        let words = analyzer.words(text)
        negations = words.count { Self.negating.contains($0) || $0.hasSuffix("n't") }
        numbers = Set(words.compactMap { Self.named[$0] }).union(Self.figures(in: text))
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }

    /// Numbers in figures; digits within a word, as in CD4, are its name.
    private static func figures(in text: String) -> Set<String> {
        var found: Set<String> = []
        let bytes = Array(text.utf8)
        var index = 0
        let (comma, point) = (UInt8(ascii: ","), UInt8(ascii: "."))
        func isWord(_ byte: UInt8) -> Bool { isDigit(byte) || byte >= 128 || (65...90).contains(byte) || (97...122).contains(byte) || byte == 95 }
        while index < bytes.count {
            guard isDigit(bytes[index]), index == 0 || !isWord(bytes[index - 1]) && bytes[index - 1] != point else {
                index += 1
                continue
            }
            var end = index
            var seenPoint = false
            while end < bytes.count {
                if isDigit(bytes[end]) {
                    end += 1
                } else if end + 1 < bytes.count, isDigit(bytes[end + 1]), !seenPoint, bytes[end] == comma || bytes[end] == point {
                    seenPoint = bytes[end] == point
                    end += 1
                } else {
                    break
                }
            }
            if end == bytes.count || !isWord(bytes[end]) { found.insert(value(bytes[index..<end])) }
            index = max(end, index + 1)
        }
        return found
    }

    /// Without separators of thousands, leading zeros and zeros after the point.
    private static func value(_ figure: ArraySlice<UInt8>) -> String {
        let text = String(decoding: figure.filter { $0 != UInt8(ascii: ",") }, as: UTF8.self)
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        let whole = parts[0].drop { $0 == "0" }
        var fraction = parts.count > 1 ? parts[1] : ""
        while fraction.last == "0" { fraction.removeLast() }
        return (whole.isEmpty ? "0" : String(whole)) + (fraction.isEmpty ? "" : "." + fraction)
    }
}
