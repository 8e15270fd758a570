import Conversation
import TimeLimits

/// Has a model say what a turn of a conversation asks for, so that a search understands it alone. What comes back is searched for and
/// nothing else: it is no part of any answer.
package struct QueryRewriter: Sendable {
    private static let instructions = """
        Rewrite the user's last message as one question that can be understood without the conversation. Keep its language, its names and its \
        numbers. Reply with the question alone.
        """
    /// Of the conversation before.
    private static let pairs = 3
    private static let answerCharacters = 600
    /// A longer reply is no question.
    private static let longest = 400
    private static let maxTokens = 120

    private let model: any LanguageModel
    private let name: String
    private let timeout: Duration

    /// - Parameter timeout: how long a turn waits for it.
    package init(model: any LanguageModel, name: String, timeout: Duration) {
        self.model = model
        self.name = name
        self.timeout = timeout
    }

    /// Nil where the model fails, takes too long or says something else than a question.
    package func rewrite(_ message: String, after conversation: [DocumentPrompt.Pair]) async -> String? {
        var messages = [PromptMessage(role: .system, content: Self.instructions)]
        for pair in conversation.suffix(Self.pairs) {
            messages.append(PromptMessage(role: .user, content: pair.user))
            messages.append(PromptMessage(role: .assistant, content: String(pair.assistant.prefix(Self.answerCharacters))))
        }
        messages.append(PromptMessage(role: .user, content: message))
        let request = GenerationRequest(model: name, messages: messages, temperature: 0, maxTokens: Self.maxTokens)
        // reason: the search goes on without
        let reply = try? await TimeLimit().run(timeout) { [model] in
            var reply = ""
            let end = try await model.generate(request) { pieces in
                for case .text(let text) in pieces { reply += text }
            }
            return end.finishReason == .stop ? reply : ""
        }
        let text = (reply ?? "").split(whereSeparator: \.isWhitespace).joined(separator: " ")
        return text.isEmpty || text.count > Self.longest ? nil : text
    }
}
