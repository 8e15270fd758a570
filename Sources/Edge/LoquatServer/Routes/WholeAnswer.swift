import Conversation
import Hummingbird
import JSON
import SchemaReflection
import TimeOrdered
import Turns

/// An answer that is not streamed.
struct WholeAnswer: Codable, SchemaFields {
    let sessionID: UUIDv7
    let turnID: UUIDv7
    let message: String
    let sources: [Source]
    let citations: [Citation]
    let finishReason: FinishReason
    let cascadeTier: CascadeTier?
    let evidence: Double?
    let usage: TokenUsage?
    let timings: TurnTimings?

    static let schemaName = "Answer"
    static let fields: [String: FieldRule] = [
        "session_id": .note("Where it was asked."), "turn_id": .note("The answer's turn."), "message": .note("The answer."),
        "sources": .note("The passages that it was made from."), "citations": .note("What each of its sentences leans on."),
        "finish_reason": .note("Why it ended."), "cascade_tier": .note("The narrowest scope that gave enough evidence."),
        "evidence": .note("How sure it is that the sources hold an answer, 0–1."),
        "usage": .note("Tokens, as the model's provider counted them."), "timings": .note("How long each step took."),
    ]
}

extension Response {
    /// A turn's answer, as it comes or once it is whole.
    static func answer(_ stream: TurnStream, streams: Bool, dialect: any Dialect) async throws -> Response {
        streams ? .turn(stream, after: 0, dialect: dialect) : try await whole(stream)
    }

    private static func whole(_ stream: TurnStream) async throws -> Response {
        var message = ""
        var sources: [Source] = []
        var evidence: Double?
        var citations: [Citation] = []
        for event in await stream.waitUntilEnded() {
            switch event {
            case .delta(let text): message += text
            case .sources(let found):
                sources = found.sources
                evidence = found.evidence
            case .citation(let citation): citations.append(citation)
            case .failed(let failure):
                var problem = Problem(failure)
                problem.members["session_id"] = .string(stream.sessionID.description)
                problem.members["turn_id"] = .string(stream.turnID.description)
                throw problem
            case .done(let done):
                return try Response.json(
                    WholeAnswer(
                        sessionID: stream.sessionID, turnID: stream.turnID, message: message, sources: sources, citations: citations,
                        finishReason: done.finishReason, cascadeTier: done.cascadeTier, evidence: evidence, usage: done.usage,
                        timings: done.timings))
            case .session, .chunk, .truncate: break
            }
        }
        throw CancellationError()
    }
}
