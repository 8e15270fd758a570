import Synchronization

/// The vectors of texts that people ask with; those of late are kept, since a conversation leans on its earlier turns again and again.
final class TextVectors: Sendable {
    private static let limit = 512

    private let embedder: any Embedder
    private let kept = Mutex<(vectors: [String: [Float]], order: [String])>(([:], []))

    init(_ embedder: any Embedder) { self.embedder = embedder }

    /// - Throws: `EmbeddingError`.
    func vectors(of texts: [String]) async throws -> [String: [Float]] {
        var result: [String: [Float]] = [:]
        kept.withLock { kept in for text in texts { result[text] = kept.vectors[text] } }
        let missing = texts.filter { result[$0] == nil }
        guard !missing.isEmpty else { return result }
        let embeddings = try await embedder.embed(missing, priority: .interactive)
        for (place, text) in missing.enumerated() { result[text] = Array(embeddings[place]) }
        kept.withLock { kept in
            for text in missing where kept.vectors.updateValue(result[text] ?? [], forKey: text) == nil { kept.order.append(text) }
            if kept.order.count > Self.limit {
                for text in kept.order.prefix(Self.limit / 2) { kept.vectors[text] = nil }
                kept.order.removeFirst(Self.limit / 2)
            }
        }
        return result
    }
}
