package import Retrieval

/// What tells whether a source supports a sentence that is put in other words: what the words of both mean, and how much each of the
/// sentence's terms tells.
package struct CitationEvidence: Sendable {
    /// What is asked for before a checker can go on.
    package struct Need: Sendable, Hashable {
        /// The texts whose words are compared, each once.
        package let texts: [String]
        /// Index terms of the sentence that is checked.
        package let terms: [String]

        package init(texts: [String], terms: [String]) {
            self.texts = texts
            self.terms = terms
        }
    }

    /// Of each text.
    package let vectors: [String: WordVectors]
    /// Inverse document frequencies of the terms in what was searched; a term that is missing weighs least.
    package let weights: [String: Double]

    /// Nothing could be found out: citations are checked by their words alone.
    package static let none = CitationEvidence(vectors: [:], weights: [:])

    package init(vectors: [String: WordVectors], weights: [String: Double]) {
        self.vectors = vectors
        self.weights = weights
    }
}
