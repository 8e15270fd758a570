import Access
import Conversation
import Hummingbird
import JSON
import Retrieval
import SchemaReflection
import TimeOrdered
import Turns

/// Asking, and watching and stopping what was asked.
struct ChatRoutes {
    let services: ServerServices

    private var lookup: TurnLookup { TurnLookup(log: services.log, turns: services.turns) }

    func add(to api: API) {
        api.add(
            Operation(
                method: .post, path: "/api/v1/chat", id: "chat", tag: .chat, summary: "Ask.",
                details: """
                    The answer streams, or comes whole with `"stream": false`. The turn belongs to the server: whoever drops may watch it again \
                    and miss nothing.
                    """,
                admission: .scope(.chat), parameters: [Self.dialect], body: .json(ChatBody.self).limiting("message", "query", to: messageLength),
                answers: [.okOrStream(WholeAnswer.self, "The answer, or its stream.", TurnEvents.ofEveryDialect)],
                problems: [.conflict, .tooManyRequests, .badGateway, .gatewayTimeout], isIdempotent: true)
        ) { try await chat($0) }
        api.add(
            Operation(
                method: .get, path: "/api/v1/chat/sessions/{id}/turns/{turn}/stream", id: "watchTurn", tag: .chat,
                summary: "Watch a turn, from its beginning or from where a stream was cut.",
                details: "`Last-Event-ID` (or `last_event_id`) tells the last event that was seen; what follows it comes.",
                admission: .scope(.chat),
                parameters: Self.turn + [Self.dialect, .query("last_event_id", .string(), "The same as the header `Last-Event-ID`.")],
                answers: [.stream("The turn's events.", TurnEvents.ofEveryDialect)])
        ) { try await watch($0) }
        api.add(
            Operation(
                method: .post, path: "/api/v1/chat/sessions/{id}/turns/{turn}/stop", id: "stopTurn", tag: .chat,
                summary: "End a turn and keep its text.", admission: .scope(.chat), parameters: Self.turn,
                answers: [.ok(MessageResource.self, "The answer as it was kept; one that was over stays as it is.")])
        ) { try await stop($0) }
    }

    private static let turn: [Parameter] = [.id("The session."), .id("The answer's turn.", name: "turn")]
    private static let dialect = Parameter.query(
        "dialect", .oneOf(DialectName.allCases.map(\.rawValue)), "How to write the events; `native` if not said.")

    private var messageLength: ClosedRange<Int> { 1...services.limits.messageCharacters }

    private func chat(_ call: Call) async throws -> Response {
        let asker = call.asker
        let dialect = try DialectName(query: call.query("dialect"))
        let (body, bytes) = try await call.bodyAndBytes(ChatBody.self, limit: services.limits.bodyBytes)
        let session = try await session(body.sessionID ?? body.conversationID, asker)
        var collection = body.collectionID ?? session?.collectionID
        if let asked = collection, try await services.library.store.collection(asked, for: asker) == nil {
            guard body.collectionID == nil else { throw Problem.notFound }
            // The session's own collection is no longer to be seen: the session goes on without it.
            collection = nil
        }
        let turnRequest = TurnRequest(
            asker: asker, session: session, sessionMetadata: session == nil ? body.metadata ?? [:] : [:], message: body.text,
            job: .documents(
                .init(collectionID: collection, creator: body.creator, filters: MetadataFilters(body.filters ?? [:]), topK: body.topK ?? 5)),
            model: body.model, temperature: body.temperature, maxTokens: body.maxTokens, metadata: body.metadata ?? [:],
            idempotency: try Idempotent.key(call.request).map { ($0, Idempotent.fingerprint(call.request, bytes)) },
            executor: call.context.executor)
        let doors = TurnDoor(services: services)
        let stream = try await doors.begin(turnRequest, answersWithStream: body.stream ?? true)
        if body.stream ?? true {
            return .turn(stream, after: 0, dialect: dialect.dialect(for: stream, model: body.model ?? services.models.defaultModel))
        }
        return try await whole(stream)
    }

    private func session(_ id: SessionID?, _ asker: Asker) async throws -> SessionRow? {
        guard let id else { return nil }
        guard let session = try await services.log.session(id, of: asker.userID) else { throw Problem.notFound }
        return session
    }

    private struct WholeAnswer: Codable, SchemaFields {
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

    private func whole(_ stream: TurnStream) async throws -> Response {
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

    // MARK: Turns

    private func turn(_ call: Call) async throws -> (session: SessionRow, turn: TurnRow) {
        guard let session = try await services.log.session(call.id(), of: call.asker.userID),
            let turn = try await services.log.turn(call.id("turn"), of: session.id), turn.role == .assistant
        else { throw Problem.notFound }
        return (session, turn)
    }

    private func watch(_ call: Call) async throws -> Response {
        let (session, turn) = try await turn(call)
        let dialect = try DialectName(query: call.query("dialect"))
        guard let (stream, model) = try await lookup.stream(of: turn.id, in: session.id) else { throw Problem.notFound }
        let seen = call.lastEventID
        let count = seen.map { $0.scope == turn.id.description ? $0.number : 0 } ?? 0
        return .turn(stream, after: count, dialect: dialect.dialect(for: stream, model: model))
    }

    /// Ends a running turn and answers with it once its end is stored. A turn that is over is answered as it is.
    private func stop(_ call: Call) async throws -> Response {
        let (session, turn) = try await turn(call)
        if let running = services.turns.runningTurn(of: session.id), running.stream.turnID == turn.id {
            running.stop(.stopped)
            _ = await running.stream.waitUntilEnded()
        }
        guard let row = try await services.log.turn(turn.id, of: session.id),
            let message = try await lookup.messages([row], of: session.id).first
        else { throw Problem.notFound }
        return try Response.json(message)
    }
}
