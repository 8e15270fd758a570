import Conversation
package import Generation
import Synchronization
import Turns

/// A model that answers as it is told.
package struct ScriptedModel: LanguageModel {
    package enum Step: Sendable {
        case pieces([GenerationPiece])
        case run(@Sendable () async -> Void)
        case fail(any Error)

        package static func text(_ text: String) -> Step { .pieces([.text(text)]) }
    }

    private let steps: [Step]
    private let end: GenerationEnd
    /// False for one that goes on when its task was cancelled.
    private let heedsCancellation: Bool

    package init(_ steps: [Step], end: GenerationEnd? = nil, heedsCancellation: Bool = true) {
        self.steps = steps
        self.end = end ?? GenerationEnd(finishReason: .stop)
        self.heedsCancellation = heedsCancellation
    }

    package func generate(_ request: GenerationRequest, deliver: ([GenerationPiece]) async throws -> Void) async throws -> GenerationEnd {
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
package final class ScriptedModels: ModelCatalog {
    private let model = Mutex(ScriptedModel([]))

    package let defaultModel = "scripted"

    package init() {}

    package func answer(with model: ScriptedModel) { self.model.withLock { $0 = model } }

    package func names() async -> [String] { [defaultModel] }

    package func model(named name: String) -> (any LanguageModel)? { name == defaultModel ? model.withLock { $0 } : nil }
}
