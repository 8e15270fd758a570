import Generation
import Retrieval
import TestSupport

/// Answers to what a checker needs.
enum SampleEvidence {
    static func answer(_ need: CitationEvidence.Need) -> CitationEvidence {
        CitationEvidence(
            vectors: Dictionary(uniqueKeysWithValues: need.texts.map { ($0, vectors($0)) }),
            weights: Dictionary(uniqueKeysWithValues: need.terms.map { ($0, 5) }))
    }

    static func vectors(_ text: String) -> WordVectors {
        let words = WordHash.words(text)
        return WordVectors(words: words, vectors: Embeddings(dimensions: WordHash.dimensions, values: words.flatMap(WordHash.vector)))
    }
}
