import Access
import Conversation
import HTTPTypes
import Hummingbird
import JSON
import Retrieval
import TimeOrdered
import Turns

/// Asking, and watching and stopping what was asked.
struct ChatRoutes {
    let services: ServerServices

    private var lookup: TurnLookup { TurnLookup(log: services.log, turns: services.turns) }

    func add(to api: RouterGroup<ServerContext>) {
        api.post("chat") { request, context in try await chat(request, context) }
        api.get("chat/sessions/:id/turns/:turn/stream") { request, context in try await watch(request, context) }
        api.post("chat/sessions/:id/turns/:turn/stop") { _, context in try await stop(context) }
    }

    private func chat(_ request: Request, _ context: ServerContext) async throws -> Response {
        let asker = try context.asker(for: .chat)
        let dialect = try DialectName(query: request.uri.queryParameters["dialect"])
        let bytes = try await request.jsonBytes(limit: services.limits.bodyBytes)
        let body = try decodeJSON(ChatBody.self, from: try await JSONValue.parsed(bytes))
        let valid = try body.validated(messageLimit: services.limits.messageCharacters)
        let session = try await session(body.sessionID ?? body.conversationID, asker)
        var collection = body.collectionID ?? session?.collectionID
        if let asked = collection, try await services.library.store.collection(asked, for: asker) == nil {
            guard body.collectionID == nil else { throw Problem.notFound }
            // The session's own collection is no longer to be seen: the session goes on without it.
            collection = nil
        }
        let turnRequest = TurnRequest(
            asker: asker, session: session, sessionMetadata: session == nil ? body.metadata ?? [:] : [:], message: valid.message,
            job: .documents(.init(collectionID: collection, creator: body.creator, filters: valid.filters, topK: valid.topK)),
            model: body.model, temperature: body.temperature, maxTokens: body.maxTokens, metadata: body.metadata ?? [:],
            idempotency: try Idempotent.key(request).map { ($0, Idempotent.fingerprint(request, bytes)) },
            executor: context.executor)
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

    private struct WholeAnswer: Encodable {
        let sessionID: UUIDv7
        let turnID: UUIDv7
        let message: String
        let sources: [Source]
        let citations: [Citation]
        let finishReason: FinishReason
        let cascadeTier: CascadeTier?
        let usage: TokenUsage?
        let timings: TurnTimings?
    }

    private func whole(_ stream: TurnStream) async throws -> Response {
        var message = ""
        var sources: [Source] = []
        var citations: [Citation] = []
        for event in await stream.waitUntilEnded() {
            switch event {
            case .delta(let text): message += text
            case .sources(let found, _): sources = found
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
                        finishReason: done.finishReason, cascadeTier: done.cascadeTier, usage: done.usage, timings: done.timings))
            case .session, .chunk, .truncate: break
            }
        }
        throw CancellationError()
    }

    // MARK: Turns

    private func turn(_ context: ServerContext) async throws -> (session: SessionRow, turn: TurnRow) {
        let asker = try context.asker(for: .chat)
        guard let session = try await services.log.session(context.id("id"), of: asker.userID),
            let turn = try await services.log.turn(context.id("turn"), of: session.id), turn.role == .assistant
        else { throw Problem.notFound }
        return (session, turn)
    }

    private func watch(_ request: Request, _ context: ServerContext) async throws -> Response {
        let (session, turn) = try await turn(context)
        let dialect = try DialectName(query: request.uri.queryParameters["dialect"])
        guard let (stream, model) = try await lookup.stream(of: turn.id, in: session.id) else { throw Problem.notFound }
        let seen = StreamPosition(request.headers[HTTPField.Name("Last-Event-ID")!] ?? request.uri.queryParameters["last_event_id"].map(String.init))
        let count = seen.map { $0.scope == turn.id.description ? $0.number : 0 } ?? 0
        return .turn(stream, after: count, dialect: dialect.dialect(for: stream, model: model))
    }

    /// Ends a running turn and answers with it once its end is stored. A turn that is over is answered as it is.
    private func stop(_ context: ServerContext) async throws -> Response {
        let (session, turn) = try await turn(context)
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
