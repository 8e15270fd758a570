import Conversation
import Generation
import JSON
import ServerSentEvents

/// Turns the bytes of a chat completion stream into pieces, and knows whether it ended as it should.
struct ChatCompletionStreamDecoder {
    static let broken = TurnFailure(
        code: "provider_stream_broken", message: "The model's provider broke off in the middle of its answer.", retryable: true)

    private var parser = EventStreamParser()
    /// Answers that were begun and that were ended: a request may ask for several.
    private var begun: Set<Int> = []
    private var ended: Set<Int> = []
    private var finishReason: String?
    private var usage: TokenUsage?
    private var model: String?
    /// Thrown at the end, so that what came before it is delivered however the bytes were cut.
    private var failure: TurnFailure?
    /// The provider said that nothing follows, or failed: the rest is not read.
    private(set) var isDone = false
    /// What the provider was asked with, which no error may tell.
    private let key: String?

    init(key: String? = nil) { self.key = key }

    mutating func feed(_ bytes: some Sequence<UInt8>) throws(EventStreamError) -> [GenerationPiece] {
        var pieces: [GenerationPiece] = []
        for event in try parser.feed(bytes) where !isDone {
            if event.data == "[DONE]" {
                isDone = true
            } else {
                do throws(TurnFailure) { try decode(event, &pieces) } catch {
                    failure = error
                    isDone = true
                }
            }
        }
        return pieces
    }

    /// - Throws: where the stream ended without its closing event, or the provider failed or gave the answer up.
    func end() throws(TurnFailure) -> GenerationEnd {
        if let failure { throw failure }
        guard isDone || !ended.isEmpty && begun.isSubset(of: ended) else { throw Self.broken }
        return GenerationEnd(finishReason: try FinishReason(provider: finishReason), usage: usage, model: model)
    }

    private mutating func decode(_ event: StreamedEvent, _ pieces: inout [GenerationPiece]) throws(TurnFailure) {
        guard let chunk = try? JSONParser.parse(event.data.utf8) else { throw Self.broken }  // reason: said in other words
        if let failure = TurnFailure(reportedBy: chunk, key: key, asError: event.name == "error") { throw failure }
        if let used = TokenUsage(chunk["usage"]) { usage = used }
        if model == nil, let name = chunk["model"]?.string, !name.isEmpty { model = name }
        guard let choices = chunk["choices"]?.array, let choice = choices.first else { return }
        for choice in choices { note(choice) }
        let isFirst = choices.count == 1 && choice["index"]?.int ?? 0 == 0
        let content = ProviderText(choice["delta"]?["content"])
        if isFirst, !content.text.isEmpty { pieces.append(.text(content.text)) }
        if !isFirst {
            pieces.append(.chunk(Self.withoutUsage(chunk)))
        } else if let rest = Self.beyondText(chunk, choice, content) {
            pieces.append(.chunk(rest))
        }
    }

    /// Some providers send an empty finish reason as long as there is none.
    private mutating func note(_ choice: JSONValue) {
        let index = choice["index"]?.int ?? 0
        begun.insert(index)
        guard let reason = choice["finish_reason"]?.string, !reason.isEmpty else { return }
        ended.insert(index)
        if index == 0 || finishReason == nil { finishReason = reason }
    }

    private static func withoutUsage(_ chunk: JSONValue) -> JSONValue {
        guard var object = chunk.object else { return chunk }
        object["usage"] = nil
        return .object(object)
    }

    /// The chunk without its plain text; nil where nothing else is in it.
    private static func beyondText(_ chunk: JSONValue, _ choice: JSONValue, _ content: ProviderText) -> JSONValue? {
        let delta = choice["delta"]?.object ?? JSONObject()
        let plain = content.others.isEmpty && delta.members.allSatisfy { $0.name == "content" || $0.name == "role" || $0.value.isNull }
        let probabilities = choice["logprobs"].map { !$0.isNull } ?? false
        if plain, !probabilities { return nil }
        guard var object = withoutUsage(chunk).object, case .object(var rest) = choice else { return nil }
        var others = delta
        others["content"] = content.others.isEmpty ? nil : .array(content.others)
        rest["delta"] = .object(others)
        rest["finish_reason"] = .null
        object["choices"] = [.object(rest)]
        return .object(object)
    }
}

extension FinishReason {
    /// What a provider calls the end; a filter's stop is an end like any other. Beside OpenAI's names stand Mistral's, DeepSeek's and vLLM's.
    /// - Throws: where it is the provider that gave the answer up.
    init(provider reason: String?) throws(TurnFailure) {
        switch reason {
        case "length", "model_length": self = .length
        case "error", "abort", "insufficient_system_resource": throw ChatCompletionStreamDecoder.broken
        default: self = .stop
        }
    }
}

extension TokenUsage {
    init?(_ value: JSONValue?) {
        guard let prompt = value?["prompt_tokens"]?.int else { return nil }
        self.init(promptTokens: prompt, completionTokens: value?["completion_tokens"]?.int ?? 0)
    }
}
