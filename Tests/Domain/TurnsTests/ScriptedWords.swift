import Retrieval
import Synchronization
import TestSupport

/// Knows what words mean, after whatever it is told to do first.
final class ScriptedWords: WordEmbedder {
    private let before = Mutex<@Sendable () async throws -> Void>({})
    private let asked = Mutex<[[String]]>([])

    /// The texts of each call.
    var calls: [[String]] { asked.withLock { $0 } }

    /// Called before each answer; what it throws is thrown.
    func beforeEach(_ body: @escaping @Sendable () async throws -> Void) { before.withLock { $0 = body } }

    func wordVectors(of texts: [String], priority: EmbeddingPriority) async throws -> [WordVectors] {
        asked.withLock { $0.append(texts) }
        try await before.withLock { $0 }()
        return texts.map { text in
            let words = WordHash.words(text)
            return WordVectors(words: words, vectors: Embeddings(dimensions: WordHash.dimensions, values: words.flatMap(WordHash.vector)))
        }
    }
}
