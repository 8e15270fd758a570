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
    }

    static let dialect = Parameter.query(
        "dialect", .oneOf(DialectName.allCases.map(\.rawValue)), "How to write the events; `native` if not said.")

    private var messageLength: ClosedRange<Int> { 1...services.limits.messageCharacters }

    private func chat(_ call: Call) async throws -> Response {
        let asker = call.asker
        let dialect = try DialectName(query: call.query("dialect"))
        let (body, bytes) = try await call.bodyAndBytes(ChatBody.self, limit: services.limits.bodyBytes)
        let asked = body.sessionID ?? body.conversationID
        let session = try await session(asked, asker)
        guard session == nil || body.ephemeral != true else {
            throw Problem(status: .conflict, code: "not_ephemeral", detail: "The session is stored. Leave its id out to begin one that is not.")
        }
        let ephemeral = session == nil ? try await ephemeral(asked, body, asker) : nil
        guard asked == nil || session != nil || ephemeral != nil else { throw Problem.notFound }
        var collection = body.collectionID ?? session?.collectionID ?? ephemeral?.collectionID
        if let asked = collection, try await services.library.store.collection(asked, for: asker) == nil {
            guard body.collectionID == nil else { throw Problem.notFound }
            // The session's own collection is no longer to be seen: the session goes on without it.
            collection = nil
        }
        let turnRequest = TurnRequest(
            asker: asker, session: session, sessionMetadata: session == nil ? body.metadata ?? [:] : [:], message: body.text,
            job: .documents(
                .init(
                    collectionID: collection, creator: body.creator, filters: MetadataFilters(body.filters ?? [:]), topK: body.topK ?? 5,
                    earlier: ephemeral?.pairs ?? [])),
            model: body.model, temperature: body.temperature, maxTokens: body.maxTokens, metadata: body.metadata ?? [:],
            idempotency: try Idempotent.key(call.request).map { ($0, Idempotent.fingerprint(call.request, bytes)) },
            isLogged: ephemeral == nil, ephemeral: ephemeral.map { EphemeralTurn($0, in: services.sessionCache) },
            executor: call.context.executor)
        let doors = TurnDoor(services: services)
        let streams = body.stream ?? true
        let stream = try await doors.begin(turnRequest, answersWithStream: streams)
        return try await .answer(stream, streams: streams, dialect: dialect.dialect(for: stream, model: body.model ?? services.models.defaultModel))
    }

    private func session(_ id: SessionID?, _ asker: Asker) async throws -> SessionRow? {
        guard let id else { return nil }
        return try await services.log.session(id, of: asker.userID)
    }

    /// The session of the cache that is asked in. One that lapsed begins anew under another id.
    private func ephemeral(_ id: SessionID?, _ body: ChatBody, _ asker: Asker) async throws -> EphemeralSession? {
        let cache = services.sessionCache
        if let id {
            if let session = try await cache.renew(id, of: asker.userID) { return session }
            let hasLapsed = try await cache.wasEphemeral(id, of: asker.userID)
            guard hasLapsed || body.ephemeral == true else { return nil }
        } else if body.ephemeral != true {
            return nil
        }
        return try await cache.begin(services.ids.next(), of: asker.userID, collection: body.collectionID)
    }
}
