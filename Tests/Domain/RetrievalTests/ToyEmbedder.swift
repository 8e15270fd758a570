import Retrieval
import Synchronization

/// An embedder whose vectors can be told by hand: a text is the bag of its words, and words of one meaning are one axis. What it refuses,
/// leaves out and waits for is up to the test.
final class ToyEmbedder: Embedder {
    static let meanings = [
        ["cat", "kitten", "feline"], ["boat", "ship", "vessel"], ["roof", "tiles"], ["bread", "loaf"], ["rain", "shower"], ["song", "melody"],
        ["king", "monarch"], ["storm", "gale"],
    ]
    /// The last axis is of texts that say nothing of these.
    static let dimensions = meanings.count + 1

    private struct State {
        var refusals = 0
        var withoutWindows: Set<String> = []
        var embedded: [String: Int] = [:]
        var priorities: [EmbeddingPriority] = []
        var beforeDocuments: @Sendable ([String]) async throws -> Void = { _ in }
    }

    private let name: String
    private let turned: Int
    private let state = Mutex(State())

    /// - Parameter turned: places by which the axes are moved, so that this model's vectors mean nothing to another.
    init(_ name: String = "toy", turned: Int = 0) {
        self.name = name
        self.turned = turned
    }

    // MARK: What a test says

    /// The next calls fail.
    func refuse(_ calls: Int) { state.withLock { $0.refusals = calls } }

    /// How many calls are still to fail.
    var refusals: Int { state.withLock { $0.refusals } }

    /// A chunk that holds this word has no window.
    func leaveOut(_ word: String) { _ = state.withLock { $0.withoutWindows.insert(word) } }

    /// Called before each call for documents, with their texts.
    func beforeDocuments(_ body: @escaping @Sendable ([String]) async throws -> Void) { state.withLock { $0.beforeDocuments = body } }

    /// How often each text of a document was embedded.
    var embedded: [String: Int] { state.withLock { $0.embedded } }

    /// Of each call.
    var priorities: [EmbeddingPriority] { state.withLock { $0.priorities } }

    // MARK: Embedding

    var model: EmbeddingModel { EmbeddingModel(name: name, dimensions: Self.dimensions, tokenLimit: 32) }

    func windows(of text: String, title: String) -> [String] {
        let words = Self.words(text)
        if state.withLock({ !$0.withoutWindows.isDisjoint(with: words) }) { return [] }
        return TextWindows(limit: 32) { _ in 1 }.cut(text, title: title)
    }

    func knows(_ word: String) -> Bool { Self.meanings.contains { $0.contains(word) } }

    func embed(_ texts: [String], priority: EmbeddingPriority) async throws -> Embeddings {
        state.withLock { $0.priorities.append(priority) }
        if priority == .background { try await state.withLock { $0.beforeDocuments }(texts) }
        try state.withLock { state in
            guard state.refusals == 0 else {
                state.refusals -= 1
                throw EmbeddingError.unavailable("it was told to refuse")
            }
            if priority == .background { for text in texts { state.embedded[text, default: 0] += 1 } }
        }
        return Embeddings(dimensions: Self.dimensions, values: texts.flatMap(vector))
    }

    /// Of length 1.
    func vector(_ text: String) -> [Float] {
        let words = Self.words(text)
        var vector = Self.meanings.map { meaning in Float(words.count { meaning.contains($0) }) } + [0]
        if !vector.contains(where: { $0 > 0 }) { vector[Self.dimensions - 1] = 1 }
        let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return vector.indices.map { vector[($0 + turned) % Self.dimensions] / length }
    }

    private static func words(_ text: String) -> [String] { text.lowercased().split { !$0.isLetter }.map(String.init) }
}
