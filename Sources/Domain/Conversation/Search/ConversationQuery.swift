import SearchIndex

/// What somebody looks for in their conversations: a message is found that has all the terms.
package struct ConversationQuery: Sendable, Hashable {
    /// Unicode scalars of what is asked.
    package static let lengthLimit = 1_000
    /// Different terms; each costs a walk through a list.
    package static let termLimit = 64

    /// More is asked than one search may cost.
    package enum Refusal: Error, Sendable, Hashable {
        case tooLong(limit: Int)
        case tooManyTerms(limit: Int)
    }

    /// Each once; none where nothing but punctuation and words without a topic was given.
    package let terms: [String]

    package init(_ text: String) throws(Refusal) {
        guard text.unicodeScalars.count <= Self.lengthLimit else { throw .tooLong(limit: Self.lengthLimit) }
        var seen: Set<String> = []
        let terms = Analyzer().requiredTerms(text).filter { seen.insert($0).inserted }
        guard terms.count <= Self.termLimit else { throw .tooManyTerms(limit: Self.termLimit) }
        self.terms = terms
    }
}
