/// Turns texts into a vector for each of their words, as the word is meant there. A model in this process can; an endpoint cannot.
package protocol WordEmbedder: Sendable {
    /// The words of each text with their vectors, in the order of the texts. What exceeds the model's limit of a text is not read.
    /// Ends early with `CancellationError` where the task is cancelled.
    /// - Throws: `EmbeddingError`.
    func wordVectors(of texts: [String], priority: EmbeddingPriority) async throws -> [WordVectors]
}

/// A text's words with their vectors, each of length 1: their dot product says how near two words' meanings are.
package struct WordVectors: Sendable, Hashable {
    /// Parted at white space and punctuation, each mark a word; in lower case.
    package let words: [String]
    package let vectors: Embeddings

    /// - Parameter vectors: one a word.
    package init(words: [String], vectors: Embeddings) {
        precondition(words.count == vectors.count, "a word without a vector")
        self.words = words
        self.vectors = vectors
    }
}
