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
    }

    private let state: Mutex<State>
    private let retired: @Sendable (EmbeddingModel) -> Void

    /// - Parameters:
    ///   - serving: what there is to search with; nil where there are no embeddings.
    ///   - next: the configured model's, where it is another.
    ///   - retired: called when the vectors of a model are used no longer.
    package init(serving: DenseIndex?, next: DenseIndex? = nil, retired: @escaping @Sendable (EmbeddingModel) -> Void = { _ in }) {
        state = Mutex(State(serving: serving.map { Current(index: $0, questions: TextVectors($0.embedder)) }, next: next))
        self.retired = retired
    }

    var serving: Current? { state.withLock { $0.serving } }

    /// Those that new documents go into.
    var all: [DenseIndex] { state.withLock { [$0.serving?.index, $0.next].compactMap(\.self) } }

    /// The one that is to hold everything.
    var wanted: DenseIndex? { state.withLock { $0.next ?? $0.serving?.index } }

    /// The wanted vectors are complete: they serve from now on.
    func complete(_ index: DenseIndex) {
        let old = state.withLock { state -> DenseIndex? in
            guard state.next === index else { return nil }
            defer { state = State(serving: Current(index: index, questions: TextVectors(index.embedder)), next: nil) }
            return state.serving?.index
        }
        if let old { retired(old.model) }
    }
}
