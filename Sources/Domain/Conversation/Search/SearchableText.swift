package import SearchIndex

/// What of a message can be found, so that no message costs an index more than a long one does.
package enum SearchableText {
    /// Bytes of UTF-8; what comes after them is not found.
    package static let byteLimit = 1 << 20
    /// Different terms of one message; later ones are not found.
    package static let termLimit = 20_000

    /// The terms by which a text is found, each once.
    package static func terms(of text: String, _ analyzer: Analyzer) -> [String] {
        var seen: Set<String> = []
        var terms: [String] = []
        for placed in analyzer.placedTerms(beginning(of: text)) where seen.insert(placed.term).inserted {
            terms.append(placed.term)
            if terms.count == termLimit { break }
        }
        return terms
    }

    /// The text up to the limit.
    static func beginning(of text: String) -> String {
        text.utf8.count <= byteLimit ? text : String(decoding: text.utf8.prefix(byteLimit), as: UTF8.self)
    }
}
