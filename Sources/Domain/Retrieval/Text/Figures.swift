/// The digits of a text, by what they are: quantities, or parts of names.
package struct Figures: Sendable {
    /// As values: `1,000` and `1000`, `5.0` and `5`, `three` and `3` are the same.
    package let quantities: Set<String>
    /// Those written in digits, one after the other.
    package let sequence: [String]
    /// Values of numbers that belong to a name, as in IL-6 or OCT3/4.
    package let named: Set<String>
    /// Runs of digits within words, as in 6PGD.
    package let mixed: Set<String>
    /// All runs of digits, and the whole parts of all values.
    package let runs: Set<String>

    private static let words: [String: String] = [
        "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9", "ten": "10", "eleven": "11",
        "twelve": "12", "hundred": "100", "thousand": "1000", "million": "1000000", "billion": "1000000000",
    ]
    /// Smaller quantities are written in so many ways that their absence says nothing.
    private static let small = 12.0

    /// - Parameter words: those of the text, in lower case.
    package init(_ text: String, words: [String]) {
        var scan = FigureScan(text)
        scan.run()
        sequence = scan.sequence
        quantities = Set(scan.sequence).union(words.compactMap { Self.words[$0] })
        named = scan.named
        mixed = scan.mixed
        runs = scan.runs.union((quantities.union(named)).map(Self.whole))
    }

    /// Whether a quantity is no number of the other text, or the digits of a name stand nowhere in it.
    package func areMissing(from other: Figures) -> Bool {
        !quantities.subtracting(other.quantities).isSubset(of: other.named) || !Set(named.map(Self.whole)).isSubset(of: other.runs)
            || !mixed.isSubset(of: other.runs)
    }

    /// Whether digits of a name, or a quantity that is not small, stand nowhere among these runs of digits.
    package func areForeign(to runs: Set<String>) -> Bool {
        let large = quantities.filter { Double($0).map(abs) ?? .infinity > Self.small }
        return !mixed.union(named.map(Self.whole)).union(large.map(Self.whole)).isSubset(of: runs)
    }

    private static func whole(_ value: String) -> String { String(value.prefix { $0 != "." }) }
}

/// Reads the digits of a text.
private struct FigureScan {
    private let scalars: [Unicode.Scalar]
    var sequence: [String] = []
    var named: Set<String> = []
    var mixed: Set<String> = []
    var runs: Set<String> = []

    init(_ text: String) { scalars = text.unicodeScalars.map { $0 == "·" ? "." : $0 } }

    private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }

    private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
        isDigit(scalar) || scalar == "_" || scalar.properties.isAlphabetic || scalar.properties.numericType != nil
    }

    mutating func run() {
        var index = 0
        while index < scalars.count {
            guard Self.isWord(scalars[index]) else {
                index += 1
                continue
            }
            let end = endOfWord(index)
            let digits = scalars[index..<end].split { !Self.isDigit($0) }.map { String(scalars: $0) }
            runs.formUnion(digits)
            if isNumber(index..<end) {
                index = readNumber(from: index, firstEnd: end)
            } else {
                if scalars[index..<end].contains(where: \.properties.isAlphabetic) { mixed.formUnion(digits) }
                index = end
            }
        }
    }

    private func endOfWord(_ start: Int) -> Int {
        var end = start
        while end < scalars.count, Self.isWord(scalars[end]) { end += 1 }
        return end
    }

    private func isNumber(_ word: Range<Int>) -> Bool { scalars[word].allSatisfy(Self.isDigit) }

    /// Takes in groups of thousands and the places after the point; returns where the number ends.
    private mutating func readNumber(from start: Int, firstEnd: Int) -> Int {
        var whole = Array(scalars[start..<firstEnd])
        var fraction: [Unicode.Scalar] = []
        var end = firstEnd
        while end + 1 < scalars.count, scalars[end] == "," || scalars[end] == ".", Self.isDigit(scalars[end + 1]) {
            let next = endOfWord(end + 1)
            guard isNumber(end + 1..<next) else { break }
            // `1,000`; but `1,2,3` are three.
            if scalars[end] == ",", whole.count > 3 && end == firstEnd || next - end != 4 { break }
            runs.insert(String(scalars: scalars[end + 1..<next]))
            let isPoint = scalars[end] == "."
            if isPoint { fraction = Array(scalars[end + 1..<next]) } else { whole += scalars[end + 1..<next] }
            end = next
            if isPoint { break }
        }
        guard start == 0 || scalars[start - 1] != "." else { return end }
        let value = (isNegative(start) ? "-" : "") + Self.value(whole[...], fraction[...])
        if isNamed(start) { named.insert(value) } else { sequence.append(value) }
        return end
    }

    /// After a minus that stands alone before it, as in `-20 °C`.
    private func isNegative(_ start: Int) -> Bool {
        guard start > 0, scalars[start - 1] == "-" || scalars[start - 1] == "−" else { return false }
        return start == 1 || scalars[start - 2].properties.isWhitespace || scalars[start - 2] == "("
    }

    /// After a letter and a hyphen or stroke, after a digit and a stroke, or after a plus.
    private func isNamed(_ start: Int) -> Bool {
        guard start > 0 else { return false }
        let before = scalars[start - 1]
        guard start > 1, before == "-" || before == "/" else { return before == "+" }
        let earlier = scalars[start - 2]
        return ("a"..."z").contains(earlier) || ("A"..."Z").contains(earlier) || before == "/" && Self.isDigit(earlier)
    }

    /// Without leading zeros and zeros after the point.
    private static func value(_ whole: ArraySlice<Unicode.Scalar>, _ fraction: ArraySlice<Unicode.Scalar>) -> String {
        let front = whole.drop { $0 == "0" }
        var back = fraction
        while back.last == "0" { back.removeLast() }
        return (front.isEmpty ? "0" : String(scalars: front)) + (back.isEmpty ? "" : "." + String(scalars: back))
    }
}
