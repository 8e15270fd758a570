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
            guard !StopWords.english.contains(word) else { return }
            result.append(PlacedTerm(term: stem(word), range: range))
            guard let pair = IdeographPair(word) else { return }
            result.append(PlacedTerm(term: String(pair.second), range: range.upperBound - 1..<range.upperBound))
        }
        return result
    }

    /// The terms that each text has in which these words stand. Those of `terms` but for the first character of a run that is longer: in a
    /// text that holds the run something may stand before it, and then that character is no term of its own.
    public func requiredTerms(_ words: String) -> [String] {
        let terms = terms(words)
        return terms.indices.filter { index in
            guard index + 1 < terms.count, let pair = IdeographPair(terms[index + 1]) else { return true }
            return terms[index] != String(pair.first)
        }.map { terms[$0] }
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
