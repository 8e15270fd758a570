import Access
import Conversation
import Generation
import HTTPTypes
import Hummingbird
import JSON
import NIOCore
import Retrieval
import SchemaReflection
import TimeOrdered
import Turns

/// OpenAI's API: `loquat` and `loquat/COLLECTION` answer from documents, any other model is passed through. Each call is a turn.
struct OpenAIRoutes {
    let services: ServerServices

    private static let sessionHeader = HTTPField.Name("X-Loquat-Session")!
    private static let bodyLimit = UserMessage.contentLimit

    func add(to api: API) {
        api.add(
            Operation(
                method: .post, path: "/v1/chat/completions", id: "createChatCompletion", tag: .openAI, summary: "OpenAI's chat completions.",
                details: """
                    `loquat` and `loquat/COLLECTION` answer from documents; any other model is passed through with all its members, also those \
                    not listed here. Each call is a turn of a session (`X-Loquat-Session`, a new one if not sent) unless `store` is false.
                    """,
                admission: .scope(.chat), body: BodyContent(types: [("application/json", OpenAIShapes.request)]),
                answers: [
                    Answer(
                        status: .ok, note: "OpenAI's `chat.completion`, or a stream of its chunks that ends with `[DONE]`.",
                        content: [("application/json", OpenAIShapes.completion), ("text/event-stream", .string())],
                        events: TurnEvents.openAI)
                ], problems: [.notFound, .conflict, .tooManyRequests, .badGateway, .gatewayTimeout], isIdempotent: true)
        ) { try await complete($0) }
        api.add(
            Operation(
                method: .get, path: "/v1/models", id: "listModels", tag: .openAI, summary: "The models that may be asked.",
                admission: .scope(.chat),
                answers: [Answer(status: .ok, note: "OpenAI's list.", content: [("application/json", OpenAIShapes.models)])])
        ) { try await models($0.asker) }
    }

    // MARK: Models

    private func models(_ asker: Asker) async throws -> Response {
        let collections = try await services.library.store.collections(for: asker, PageRequest(limit: 100))
        let names = ["loquat"] + collections.items.map { "loquat/\($0.name)" } + (await services.models.names())
        let list = names.map { name -> JSONValue in
            ["id": .string(name), "object": "model", "created": 0, "owned_by": .string(name.hasPrefix("loquat") ? "loquat" : "provider")]
        }
        return .json(bytes: (["object": "list", "data": .array(list)] as JSONValue).bytes)
    }

    // MARK: Completions

    private func complete(_ call: Call) async throws -> Response {
        let (request, asker) = (call.request, call.asker)
        let bytes = try await request.jsonBytes(limit: Self.bodyLimit)
        let value = try await JSONValue.parsed(bytes)
        try call.check(value)
        guard case .object(let body) = value, let model = body["model"]?.string, let messages = body["messages"]?.array else {
            throw Problem.invalid("", "must be an object")
        }
        let session = try await session(request, asker)
        let question = Self.lastUserText(messages)
        let isStream = body["stream"]?.bool ?? false
        let isLogged = body["store"]?.bool ?? services.storesCompletions
        let job = try await job(model, body, asker)
        if case .documents = job, question.isEmpty { throw Problem.invalid("/messages", "must hold a message of the user") }
        var answersFromDocuments = false
        if case .documents = job { answersFromDocuments = true }
        let turn = TurnRequest(
            asker: asker, session: session, kind: .api, message: question, job: job, model: answersFromDocuments ? nil : model,
            temperature: body["temperature"]?.double, maxTokens: body["max_completion_tokens"]?.int ?? body["max_tokens"]?.int,
            metadata: body["metadata"]?.object ?? [:],
            idempotency: try Idempotent.key(request).map { ($0, Idempotent.fingerprint(request, bytes)) }, isLogged: isLogged,
            executor: call.context.executor)
        let stream = try await TurnDoor(services: services).begin(turn, answersWithStream: isStream)
        var response: Response
        if isStream {
            let usage = body["stream_options"]?["include_usage"]?.bool ?? false
            let dialect = OpenAIDialect(turn: stream.turnID, createdAt: stream.createdAt, model: model, includesUsage: usage)
            response = .turn(stream, after: 0, dialect: dialect)
        } else {
            response = try await whole(stream, model)
        }
        if isLogged { response.headers[Self.sessionHeader] = stream.sessionID.description }
        return response
    }

    private func session(_ request: Request, _ asker: Asker) async throws -> SessionRow? {
        guard let text = request.headers[Self.sessionHeader] else { return nil }
        guard let id = UUIDv7(text), let session = try await services.log.session(id, of: asker.userID) else { throw Problem.notFound }
        return session
    }

    private func job(_ model: String, _ body: JSONObject, _ asker: Asker) async throws -> TurnRequest.Job {
        if model == "loquat" { return .documents(.init(earlier: Self.pairs(body["messages"]?.array ?? []))) }
        guard model.hasPrefix("loquat/") else {
            guard services.models.model(named: model) != nil, model != "extractive" else {
                throw Problem(
                    status: .notFound, code: "model_not_found", detail: "There is no model “\(model.prefix(100))”; GET /v1/models lists them.")
            }
            return .passThrough(body)
        }
        let name = String(model.dropFirst("loquat/".count))
        var found = try await services.library.store.collection(named: name, for: asker)
        if found == nil, let id = UUIDv7(name) { found = try await services.library.store.collection(id, for: asker) }
        guard let found else {
            throw Problem(status: .notFound, code: "model_not_found", detail: "There is no collection “\(name.prefix(100))” that you may read.")
        }
        return .documents(.init(collectionID: found.id, earlier: Self.pairs(body["messages"]?.array ?? [])))
    }

    /// The conversation before the question, which clients of this API send along each time.
    private static func pairs(_ messages: [JSONValue]) -> [DocumentPrompt.Pair] {
        var pairs: [DocumentPrompt.Pair] = []
        var question: String?
        for message in messages {
            switch message["role"]?.string {
            case "user": question = text(message["content"])
            case "assistant":
                if let asked = question { pairs.append(.init(user: asked, assistant: text(message["content"]))) }
                question = nil
            default: break
            }
        }
        return pairs
    }

    private static func lastUserText(_ messages: [JSONValue]) -> String { text(messages.last { $0["role"]?.string == "user" }?["content"]) }

    /// Content is text, or a list of parts of which some are text.
    private static func text(_ content: JSONValue?) -> String {
        if let text = content?.string { return text }
        return (content?.array ?? []).compactMap { $0["text"]?.string }.joined(separator: "\n")
    }

    private func whole(_ stream: TurnStream, _ model: String) async throws -> Response {
        var text = ""
        var sources: [Source]?
        var citations: [Citation] = []
        var done: TurnDone?
        var whole: JSONValue?
        for event in await stream.waitUntilEnded() {
            switch event {
            case .delta(let delta): text += delta
            case .sources(let found): sources = found.sources
            case .citation(let citation): citations.append(citation)
            // What a provider answered whole is passed on whole.
            case .chunk(let chunk) where chunk["object"]?.string == "chat.completion": whole = chunk
            case .done(let end): done = end
            case .failed(let failure): throw Problem(failure)
            case .session, .chunk, .truncate: break
            }
        }
        // Without its end an answer is only a part of one.
        guard let done, done.finishReason != .interrupted else { throw Problem(OpenAIDialect.interrupted) }
        if let whole { return .json(bytes: whole.bytes) }
        var body: JSONObject = [
            "id": .string("chatcmpl-\(stream.turnID)"), "object": "chat.completion",
            "created": .number(JSONNumber(Int(stream.createdAt.seconds))), "model": .string(model),
            "choices": [
                [
                    "index": 0, "message": ["role": "assistant", "content": .string(text), "refusal": nil], "logprobs": nil,
                    "finish_reason": done.finishReason == .length ? "length" : "stop",
                ]
            ],
        ]
        if let usage = done.usage { body["usage"] = OpenAIDialect.usage(usage) }
        if let extra = OpenAIDialect.extra(session: stream.sessionID, turn: stream.turnID, sources: sources, citations: citations) {
            body["loquat"] = extra
        }
        return .json(bytes: JSONValue.object(body).bytes)
    }
}
