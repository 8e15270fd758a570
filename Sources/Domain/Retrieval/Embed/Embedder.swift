/// Turns texts into vectors whose dot product says how near their meanings are. In process or at an endpoint.
package protocol Embedder: Sendable {
    var model: EmbeddingModel { get async throws }

    /// The texts that stand for a passage, each no longer than the model reads. May load the model: not for event loops.
    /// - Throws: `EmbeddingError`.
    func windows(of text: String, title: String) throws -> [String]

    /// Whether the model has learned a word as such, rather than as letters: only then does its vector say what it means. True where that
    /// cannot be told.
    func knows(_ word: String) -> Bool

    /// The vectors of the texts, in their order, each of length 1. What exceeds the model's limit of a text is not read.
    /// Ends early with `CancellationError` where the task is cancelled.
    /// - Throws: `EmbeddingError`.
    func embed(_ texts: [String], priority: EmbeddingPriority) async throws -> Embeddings
}

extension Embedder {
    package func knows(_ word: String) -> Bool { true }
}

/// Vectors of one model may be compared with each other, and with those of no other.
package struct EmbeddingModel: Hashable, Sendable {
    /// With whatever tells its weights apart: stored vectors carry it.
    package let name: String
    package let dimensions: Int
    /// Tokens of a text at the most; nil where the model's own endpoint knows.
    package let tokenLimit: Int?

    package init(name: String, dimensions: Int, tokenLimit: Int?) {
        self.name = name
        self.dimensions = dimensions
        self.tokenLimit = tokenLimit
    }
}

/// Who waits for the vectors.
package enum EmbeddingPriority: Sendable, Hashable, CaseIterable {
    /// Somebody's question, or what its answer waits for: goes before all else, and an endpoint that is slow is given up.
    case interactive
    /// A few texts that a client wants: after questions and before what is more, but waited for.
    case few
    /// Many texts that a client wants: in turn with what is in the background.
    case batch
    /// Documents that are read in.
    case background
}

/// Vectors behind each other, `dimensions` floats each.
package struct Embeddings: Sendable, Hashable {
    package let dimensions: Int
    package let values: [Float]

    package var count: Int { values.count / dimensions }

    /// - Parameter values: a whole number of vectors.
    package init(dimensions: Int, values: [Float]) {
        precondition(dimensions > 0 && values.count % dimensions == 0, "no whole number of vectors")
        self.dimensions = dimensions
        self.values = values
    }

    package subscript(index: Int) -> ArraySlice<Float> { values[index * dimensions..<(index + 1) * dimensions] }
}

package enum EmbeddingError: Error, Hashable, Sendable {
    /// The model's files are missing or wrong, or its vectors cannot be kept; the text says which and how.
    case modelUnusable(String)
    /// More waits already than may: try again later.
    case queueFull(limit: Int)
    /// One call may bring no more texts than this.
    case tooManyTexts(limit: Int)
    /// The server is ending.
    case closed
    /// The endpoint does not answer, or not with vectors; the text says how.
    case unavailable(String)
    /// The endpoint answers, and takes one of these texts not even shortened; the text says how.
    case refused(String)
}

extension EmbeddingError: CustomStringConvertible {
    /// For the operator: what is wrong, and how to mend it.
    package var description: String {
        switch self {
        case .modelUnusable(let reason):
            "The embedding model cannot be used: \(reason). LOQUAT_MODELS_DIR names the folder of models, LOQUAT_EMBEDDINGS_MODEL another "
                + "model; Scripts/models fetches the usual one."
        case .queueFull(let limit): "\(limit) texts wait to be embedded, which is the limit. Try again later."
        case .tooManyTexts(let limit): "At most \(limit) texts are embedded at once. Send fewer."
        case .closed: "The server is ending: it embeds nothing more."
        case .unavailable(let reason):
            "Embeddings cannot be made now: \(reason). Check LOQUAT_EMBEDDINGS_URL, LOQUAT_EMBEDDINGS_MODEL and their key, or try again later."
        case .refused(let reason): "A text cannot be embedded: \(reason)."
        }
    }
}
