import Conversation
import JSON
import ServerSentEvents
import TimeOrdered
import Turns

/// OpenAI's `chat.completion.chunk`: the same `id` and `created` in every chunk, `[DONE]` at the end. The last chunk of an answer
/// from documents carries its sources and citations under `loquat`.
struct OpenAIDialect: Dialect {
    private let turn: TurnID
    private let createdAt: Timestamp
    private let model: String
    private let includesUsage: Bool
    private let head: [UInt8]
    private var hasBegun = false
    private var sources: [Source]?
    private var citations: [Citation] = []
    private var calledTools = false

    init(turn: TurnID, createdAt: Timestamp, model: String, includesUsage: Bool) {
        self.turn = turn
        self.createdAt = createdAt
        self.model = model
        self.includesUsage = includesUsage
        var writer = JSONWriter(reserving: 200)
        writer.raw("{\"id\":\"chatcmpl-")
        writer.raw(turn.description.utf8)
        writer.raw("\",\"object\":\"chat.completion.chunk\",\"created\":")
        writer.int(Int(createdAt.seconds))
        writer.raw(",\"model\":")
        writer.string(model)
        writer.raw(",\"choices\":[")
        head = writer.bytes
    }

    mutating func write(_ event: TurnEvent, number: Int, to stream: inout EventStreamWriter) {
        switch event {
        case .session, .truncate: break
        case .sources(let found): sources = found.sources
        case .citation(let citation): citations.append(citation)
        case .delta(let text): stream.event(data: delta(text))
        case .chunk(let chunk): stream.event(data: passed(chunk))
        case .done(let done): end(done, &stream)
        case .failed(let failure): stream.event(data: Self.error(failure).bytes)
        }
    }

    private mutating func delta(_ text: String) -> [UInt8] {
        var writer = JSONWriter(reserving: head.count + text.utf8.count + 96)
        writer.raw(head)
        writer.raw("{\"index\":0,\"delta\":{")
        if !hasBegun { writer.raw("\"role\":\"assistant\",") }
        hasBegun = true
        writer.raw("\"content\":")
        writer.string(text)
        writer.raw("},\"finish_reason\":null}]}")
        return writer.bytes
    }

    /// What the provider sent beside text, under this stream's own id.
    private mutating func passed(_ chunk: JSONValue) -> [UInt8] {
        guard case .object(let object) = chunk else { return chunk.bytes }
        for choice in object["choices"]?.array ?? [] where choice["delta"]?["tool_calls"].map({ !$0.isNull }) == true { calledTools = true }
        hasBegun = true
        let members = object.members.map { member in
            switch member.name {
            case "id": JSONObject.Member("id", .string("chatcmpl-\(turn)"))
            case "created": JSONObject.Member("created", .number(JSONNumber(Int(createdAt.seconds))))
            case "model": JSONObject.Member("model", .string(model))
            default: member
            }
        }
        return JSONValue.object(JSONObject(members)).bytes
    }

    private func end(_ done: TurnDone, _ stream: inout EventStreamWriter) {
        if done.finishReason == .interrupted {
            return stream.event(data: Self.error(Self.interrupted).bytes)
        }
        var writer = JSONWriter(reserving: head.count + 128)
        writer.raw(head)
        writer.raw("{\"index\":0,\"delta\":{},\"finish_reason\":")
        writer.string(calledTools && done.finishReason == .stop ? "tool_calls" : done.finishReason == .length ? "length" : "stop")
        writer.raw("}]")
        if let extra = Self.extra(session: done.sessionID, turn: turn, sources: sources, citations: citations) {
            writer.raw(",\"loquat\":")
            writer.value(extra)
        }
        writer.raw("}")
        stream.event(data: writer.bytes)
        if includesUsage, let usage = done.usage { stream.event(data: usageChunk(usage)) }
        stream.event(data: Array("[DONE]".utf8))
    }

    private func usageChunk(_ usage: TokenUsage) -> [UInt8] {
        var writer = JSONWriter(reserving: head.count + 128)
        writer.raw(head)
        writer.raw("],\"usage\":")
        writer.value(OpenAIDialect.usage(usage))
        writer.raw("}")
        return writer.bytes
    }

    // MARK: Shared with answers that are not streamed

    static let interrupted = TurnFailure(code: "interrupted", message: "The server went down before the answer ended.", retryable: true)

    static func usage(_ usage: TokenUsage) -> JSONValue {
        [
            "prompt_tokens": .number(JSONNumber(usage.promptTokens)), "completion_tokens": .number(JSONNumber(usage.completionTokens)),
            "total_tokens": .number(JSONNumber(usage.totalTokens)),
        ]
    }

    static func extra(session: SessionID, turn: TurnID, sources: [Source]?, citations: [Citation]) -> JSONValue? {
        // reason: finite numbers
        guard let sources, let sourceList = try? jsonValue(sources), let citationList = try? jsonValue(citations) else { return nil }
        return [
            "session_id": .string(session.description), "turn_id": .string(turn.description), "sources": sourceList,
            "citations": citationList,
        ]
    }

    static func error(_ failure: TurnFailure) -> JSONValue {
        [
            "error": [
                "message": .string(failure.message), "type": .string(failure.code.hasPrefix("provider_") ? "upstream_error" : "server_error"),
                "code": .string(failure.code), "param": nil,
            ]
        ]
    }
}
