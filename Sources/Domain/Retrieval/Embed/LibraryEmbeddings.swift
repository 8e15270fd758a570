import Synchronization

/// The vectors that searches use, and those that are being made to take their place where the model was changed.
package final class LibraryEmbeddings: Sendable {
    struct Current: Sendable {
        let index: DenseIndex
        let questions: TextVectors
    }

    private struct State {
        var serving: Current?
        var next: DenseIndex?
        var retired: @Sendable (EmbeddingModel) -> Void = { _ in }
    }

    /// Texts of a call that may go before documents.
    private static let fewTexts = 4

    private let state = Mutex(State())

    /// None, until they are adopted.
    package init() {}

    /// - Parameters:
    ///   - serving: what there is to search with.
    ///   - next: the configured model's, where it is another.
    ///   - retired: called when the vectors of a model are used no longer.
    package func adopt(_ serving: DenseIndex, next: DenseIndex? = nil, retired: @escaping @Sendable (EmbeddingModel) -> Void = { _ in }) {
        state.withLock { $0 = State(serving: Current(index: serving, questions: TextVectors(serving.embedder)), next: next, retired: retired) }
    }

    var serving: Current? { state.withLock { $0.serving } }

    /// Those that new documents go into.
    var all: [DenseIndex] { state.withLock { [$0.serving?.index, $0.next].compactMap(\.self) } }

    /// The one that is to hold everything.
    var wanted: DenseIndex? { state.withLock { $0.next ?? $0.serving?.index } }

    /// The vectors of texts that somebody waits for, by the configured model, and its name.
    /// - Throws: `EmbeddingError`, `CancellationError`.
    package func embed(_ texts: [String]) async throws -> (Embeddings, String) {
        guard let wanted else { throw EmbeddingError.unavailable("no embedding model is configured") }
        // Never as a question: where an endpoint is slow at what a client sends, questions are still sent to it.
        let priority: EmbeddingPriority = texts.count <= Self.fewTexts ? .few : .batch
        return (try await wanted.embedder.embed(texts, priority: priority), wanted.model.name)
    }

    /// The wanted vectors are complete: they serve from now on.
    func complete(_ index: DenseIndex) {
        let (old, retired) = state.withLock { state -> (DenseIndex?, @Sendable (EmbeddingModel) -> Void) in
            guard state.next === index else { return (nil, state.retired) }
            defer { state = State(serving: Current(index: index, questions: TextVectors(index.embedder))) }
            return (state.serving?.index, state.retired)
        }
        if let old { retired(old.model) }
    }
}
