import Conversation
import Generation
import JSON
import ServerSentEvents

/// Turns the bytes of a chat completion stream into pieces, and knows whether it ended as it should.
struct ChatCompletionStreamDecoder {
    static let broken = TurnFailure(
        code: "provider_stream_broken", message: "The model's provider broke off in the middle of its answer.", retryable: true)

    private var parser = EventStreamParser()
    private var finishReason: String?
    private var usage: TokenUsage?
    private var model: String?
    /// The provider said that nothing follows.
    private(set) var isDone = false

    /// - Parameter pieces: what was decoded is added here, also where an error follows it.
    mutating func feed(_ bytes: some Sequence<UInt8>, into pieces: inout [GenerationPiece]) throws {
        for event in try parser.feed(bytes) where !isDone {
            if event.data == "[DONE]" { isDone = true } else { try decode(event, &pieces) }
        }
    }

    /// - Throws: `TurnFailure` where the stream ended without its closing event.
    func end() throws -> GenerationEnd {
        guard finishReason != nil || isDone else { throw Self.broken }
        return GenerationEnd(finishReason: FinishReason(provider: finishReason), usage: usage, model: model)
    }

    private mutating func decode(_ event: StreamedEvent, _ pieces: inout [GenerationPiece]) throws {
        guard let chunk = try? JSONParser.parse(event.data.utf8) else { throw Self.broken }  // reason: said in other words
        if event.name == "error" || chunk["error"].map({ !$0.isNull }) == true {
            let message = chunk["error"]?["message"]?.string ?? chunk["message"]?.string
            throw TurnFailure(
                code: "provider_error", message: "The model's provider failed: \(ProviderRefusal.shortened(message ?? "no reason given")).",
                retryable: true)
        }
        if let used = TokenUsage(chunk["usage"]) { usage = used }
        if model == nil { model = chunk["model"]?.string }
        guard let choices = chunk["choices"]?.array, let choice = choices.first else { return }
        if let reason = choice["finish_reason"]?.string { finishReason = reason }
        if choices.count == 1, choice["index"]?.int ?? 0 == 0, let text = choice["delta"]?["content"]?.string, !text.isEmpty {
            pieces.append(.text(text))
        }
        if let rest = Self.beyondText(chunk, choices) { pieces.append(.chunk(rest)) }
    }

    /// The chunk without its plain text; nil where nothing else is in it.
    private static func beyondText(_ chunk: JSONValue, _ choices: [JSONValue]) -> JSONValue? {
        let single = choices.count == 1 && choices[0]["index"]?.int ?? 0 == 0
        if single {
            let delta = choices[0]["delta"]?.object?.members ?? []
            let plain = delta.allSatisfy { $0.name == "content" || $0.name == "role" || $0.value.isNull }
            let probabilities = choices[0]["logprobs"].map { !$0.isNull } ?? false
            if plain, !probabilities { return nil }
        }
        guard var object = chunk.object else { return nil }
        if single, case .object(var choice)? = choices.first {
            var delta = choice["delta"]?.object ?? JSONObject()
            delta["content"] = nil
            choice["delta"] = .object(delta)
            choice["finish_reason"] = .null
            object["choices"] = [.object(choice)]
        }
        object["usage"] = nil
        return .object(object)
    }
}

extension FinishReason {
    /// What a provider calls the end; a filter's stop is an end like any other.
    init(provider reason: String?) { self = reason == "length" ? .length : .stop }
}

extension TokenUsage {
    init?(_ value: JSONValue?) {
        guard let prompt = value?["prompt_tokens"]?.int else { return nil }
        self.init(promptTokens: prompt, completionTokens: value?["completion_tokens"]?.int ?? 0)
    }
}
