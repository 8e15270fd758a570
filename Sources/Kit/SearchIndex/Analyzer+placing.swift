import Foundation

/// A term and where in its text it stands, in Unicode scalars.
public struct PlacedTerm: Hashable, Sendable {
    public let term: String
    public let range: Range<Int>
}

extension Analyzer {
    /// The terms of a text that `requiredTerms` of some words may ask for, in their order: those of `terms`, and each character of a run of
    /// Chinese, Japanese or Korean by itself, for words that are one character long.
    public func placedTerms(_ text: String) -> [PlacedTerm] {
        var result: [PlacedTerm] = []
        eachWord(of: text) { word, range in
            guard let term = composedTerm(of: word) else { return }
            result.append(PlacedTerm(term: term, range: range))
            guard let pair = IdeographPair(term) else { return }
            result.append(PlacedTerm(term: String(pair.second), range: range.upperBound - 1..<range.upperBound))
        }
        return result
    }

    /// The terms that each text has in which these words stand. Those of `terms` but for the first character of a run that is longer: in a
    /// text that holds the run something may stand before it, and then that character is no term of its own.
    public func requiredTerms(_ words: String) -> [String] {
        var result: [String] = []
        eachWord(of: words) { word, _ in
            guard let term = composedTerm(of: word) else { return }
            if let pair = IdeographPair(term), result.last == String(pair.first) { result.removeLast() }
            result.append(term)
        }
        return result
    }

    /// The same for an accent that is a scalar of its own as for a letter that has it: their bytes are compared. Nil for a stop word.
    private func composedTerm(of word: String) -> String? {
        let isPlain = word.utf8.allSatisfy { $0 < 0x80 }
        let word = isPlain ? word : word.precomposedStringWithCanonicalMapping
        return StopWords.english.contains(word) ? nil : stem(word)
    }
}

/// Two characters that follow each other in a run.
private struct IdeographPair {
    /// Bytes of UTF-8 that two such characters may have.
    private static let byteCounts = 6...8

    let first: Unicode.Scalar
    let second: Unicode.Scalar

    /// Nil for any other term.
    init?(_ term: String) {
        guard Self.byteCounts.contains(term.utf8.count) else { return nil }
        let scalars = Array(term.unicodeScalars)
        guard scalars.count == 2, scalars.allSatisfy(\.isIdeograph) else { return nil }
        first = scalars[0]
        second = scalars[1]
    }
}
