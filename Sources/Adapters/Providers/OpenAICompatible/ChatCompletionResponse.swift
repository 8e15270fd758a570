import Conversation
import Generation
import JSON

/// A chat completion that came whole.
struct ChatCompletionResponse {
    let pieces: [GenerationPiece]
    let end: GenerationEnd

    /// - Parameter key: what the provider was asked with, which no error may tell.
    /// - Throws: where the body holds no answer: some providers report a failure under status 200.
    init(_ body: JSONValue, key: String? = nil) throws(TurnFailure) {
        if let failure = TurnFailure(reportedBy: body, key: key) { throw failure }
        guard let choice = body["choices"]?[0] else { throw ChatCompletionStreamDecoder.broken }
        let text = ProviderText(choice["message"]?["content"]).text
        pieces = (text.isEmpty ? [] : [.text(text)]) + [.chunk(body)]
        end = GenerationEnd(
            finishReason: try FinishReason(provider: choice["finish_reason"]?.string), usage: TokenUsage(body["usage"]),
            model: body["model"]?.string)
    }
}

extension TurnFailure {
    /// What a provider says went wrong after it had accepted the request; nil where it says nothing of the kind.
    /// - Parameters:
    ///   - key: what the provider was asked with.
    ///   - asError: it was sent as an error, whatever it looks like.
    init?(reportedBy body: JSONValue, key: String?, asError: Bool = false) {
        let error = body["error"] ?? .null
        guard asError || !error.isNull || body["object"]?.string == "error" else { return nil }
        let reason = error["message"]?.string ?? error.string ?? body["message"]?.string ?? "no reason given"
        let told = ProviderRefusal.shortened(reason.hiding(key: key))
        self.init(code: "provider_error", message: "The model's provider failed: \(told).", retryable: true)
    }
}
