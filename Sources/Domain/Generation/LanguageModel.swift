package import Conversation
package import JSON

/// Something that writes answers: a model behind an API, or the extractive answerer.
package protocol LanguageModel: Sendable {
    /// Whether it is the messages that the answer is made from, so that they must fit its window.
    var readsMessages: Bool { get }

    /// Generates one answer.
    /// - Parameter deliver: takes the pieces in their order as they arrive, those that arrive together in one call. What it throws
    ///   ends the generation and is thrown on.
    /// - Returns: how the answer ended, once it has: a stream that breaks off is an error, not an end.
    /// - Throws: `TurnFailure`, `CancellationError`.
    func generate(_ request: GenerationRequest, deliver: ([GenerationPiece]) async throws -> Void) async throws -> GenerationEnd
}

extension LanguageModel {
    package var readsMessages: Bool { true }
}

package struct GenerationRequest: Sendable {
    /// Nil asks for the configured model.
    package let model: String?
    package let messages: [PromptMessage]
    package let temperature: Double?
    package let maxTokens: Int?
    /// What is asked, for an answerer that reads the sources itself.
    package let question: String
    package let sources: [Source]
    /// A request of the model's own API, to be passed on as it is; `messages` and the rest are not used then.
    package let passThrough: JSONObject?

    package init(
        model: String?, messages: [PromptMessage], temperature: Double? = nil, maxTokens: Int? = nil, question: String = "",
        sources: [Source] = [], passThrough: JSONObject? = nil
    ) {
        self.model = model
        self.messages = messages
        self.temperature = temperature
        self.maxTokens = maxTokens
        self.question = question
        self.sources = sources
        self.passThrough = passThrough
    }
}

package struct PromptMessage: Sendable, Hashable, Codable {
    package enum Role: String, Sendable, Codable {
        case system, user, assistant
    }

    package let role: Role
    package let content: String

    package init(role: Role, content: String) {
        self.role = role
        self.content = content
    }
}

package enum GenerationPiece: Sendable, Hashable {
    case text(String)
    /// What a provider sent that is not plain text, as it sent it.
    case chunk(JSONValue)
}

package struct GenerationEnd: Sendable, Hashable {
    package let finishReason: FinishReason
    package let usage: TokenUsage?
    package let model: String?

    package init(finishReason: FinishReason, usage: TokenUsage? = nil, model: String? = nil) {
        self.finishReason = finishReason
        self.usage = usage
        self.model = model
    }
}
