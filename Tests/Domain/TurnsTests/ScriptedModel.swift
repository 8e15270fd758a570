import Conversation
import Generation
import Synchronization
import Turns

/// A model that answers as it is told.
struct ScriptedModel: LanguageModel {
    enum Step: Sendable {
        case pieces([GenerationPiece])
        case run(@Sendable () async -> Void)
        case fail(any Error)

        static func text(_ text: String) -> Step { .pieces([.text(text)]) }
    }

    let steps: [Step]
    let end: GenerationEnd
    /// False for one that goes on when its task was cancelled.
    let heedsCancellation: Bool

    init(_ steps: [Step], end: GenerationEnd = GenerationEnd(finishReason: .stop), heedsCancellation: Bool = true) {
        self.steps = steps
        self.end = end
        self.heedsCancellation = heedsCancellation
    }

    func generate(_ request: GenerationRequest, deliver: ([GenerationPiece]) async throws -> Void) async throws -> GenerationEnd {
        for step in steps {
            if heedsCancellation { try Task.checkCancellation() }
            switch step {
            case .pieces(let pieces): try await deliver(pieces)
            case .run(let body): await body()
            case .fail(let error): throw error
            }
        }
        if heedsCancellation { try Task.checkCancellation() }
        return end
    }
}

/// One model, which can be put in another's place.
final class ScriptedModels: ModelCatalog {
    private let model = Mutex(ScriptedModel([]))

    let defaultModel = "scripted"

    func answer(with model: ScriptedModel) { self.model.withLock { $0 = model } }

    func names() async -> [String] { [defaultModel] }

    func model(named name: String) -> (any LanguageModel)? { name == defaultModel ? model.withLock { $0 } : nil }
}
