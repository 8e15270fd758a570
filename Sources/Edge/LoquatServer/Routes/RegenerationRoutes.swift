import Access
import Conversation
import Hummingbird
import JSON
import Retrieval
import SchemaReflection
import TimeOrdered
import Turns

/// Having something said once more, or to its end.
struct RegenerationRoutes {
    let services: ServerServices

    func add(to api: API) {
        let answers = [Answer.okOrStream(WholeAnswer.self, "The new answer, or its stream.", TurnEvents.ofEveryDialect)]
        api.add(
            Operation(
                method: .post, path: "/api/v1/chat/sessions/{id}/turns/{turn}/regenerate", id: "regenerateTurn", tag: .turns,
                summary: "Answer once more, in the place of this answer.",
                details: """
                    The answer that was there, and what followed it, stays readable as a version and can be selected. With `message` the user's \
                    message is edited too. The turn may be the message itself.
                    """,
                admission: .scope(.chat), parameters: TurnRoutes.turn + [ChatRoutes.dialect],
                body: .json(RegenerateBody.self).limiting("message", to: 1...services.limits.messageCharacters).optional, answers: answers,
                problems: [.conflict, .tooManyRequests, .badGateway, .gatewayTimeout], isIdempotent: true)
        ) { try await regenerate($0) }
        api.add(
            Operation(
                method: .post, path: "/api/v1/chat/sessions/{id}/turns/{turn}/continue", id: "continueTurn", tag: .turns,
                summary: "Go on with an answer that was cut off.",
                details: "For an answer that was stopped or interrupted, failed, or reached its longest length. A new version begins with its text.",
                admission: .scope(.chat), parameters: TurnRoutes.turn + [ChatRoutes.dialect], body: .json(ContinueBody.self).optional,
                answers: answers,
                problems: [.conflict, .tooManyRequests, .badGateway, .gatewayTimeout], isIdempotent: true)
        ) { try await goOn($0) }
    }

    private struct RegenerateBody: Decodable, SchemaFields {
        let message: String?
        let model: String?
        let instructions: String?
        let stream: Bool?

        static let fields: [String: FieldRule] = [
            "message": .text("The user's message in other words.", 1...1_000_000, form: .notBlank),
            "model": .text("The model to answer; the one before if not said.", 1...1_000),
            "instructions": .text("What the model is told beside its rules.", 0...10_000),
            "stream": .note("Whether the answer streams; it does if not said."),
        ]
    }

    private struct ContinueBody: Decodable, SchemaFields {
        let model: String?
        let stream: Bool?

        static let fields: [String: FieldRule] = [
            "model": .text("The model to go on; the one before if not said.", 1...1_000),
            "stream": .note("Whether the answer streams; it does if not said."),
        ]
    }

    private func regenerate(_ call: Call) async throws -> Response {
        let (body, bytes) = try await call.optionalBody(RegenerateBody.self, limit: services.limits.bodyBytes)
        let place = try await place(call)
        let regeneration = Regeneration(
            userTurn: place.userTurn, answer: place.answer, editsMessage: body.message != nil, instructions: body.instructions)
        return try await answer(place, regeneration, body.message, model: body.model, streams: body.stream ?? true, call, bytes)
    }

    private func goOn(_ call: Call) async throws -> Response {
        let (body, bytes) = try await call.optionalBody(ContinueBody.self, limit: services.limits.bodyBytes)
        let place = try await place(call)
        guard let answer = place.answer else { throw LineRefusal.notCutOff }
        guard answer.status != .generating else { throw LineRefusal.stillRunning(answer.id) }
        guard let record = try await TurnLookup(log: services.log, turns: services.turns).record(answer) else { throw Problem.notFound }
        guard record.message.status != .complete || record.message.finishReason == .length else { throw LineRefusal.notCutOff }
        let regeneration = Regeneration(
            userTurn: place.userTurn, answer: answer, editsMessage: false, beginning: record.message.content.isEmpty ? nil : record,
            instructions: record.opened.instructions)
        return try await self.answer(place, regeneration, nil, model: body.model, streams: body.stream ?? true, call, bytes)
    }

    // MARK: Asking again

    private struct Place {
        let session: SessionRow
        let userTurn: TurnRow
        let answer: TurnRow?
        let message: UserMessage
        /// That was asked the last time.
        let model: String?
    }

    /// The message and its answer, whichever of them was named.
    private func place(_ call: Call) async throws -> Place {
        guard let session = try await services.log.session(call.id(), of: call.asker.userID),
            let named = try await services.log.turn(call.id("turn"), of: session.id),
            let userTurn = named.role == .user ? named : try await named.userTurnID.asyncFlatMap({ try await services.log.turn($0, of: session.id) }),
            let event = try await services.log.events(of: session.id, seqs: [userTurn.contentSeq].compactMap(\.self)).first,
            case .userMessage(let message) = try event.decodedPayload()
        else { throw Problem.notFound }
        let answer = named.role == .assistant ? named : try await services.lines.answer(to: userTurn, in: session)
        var model = message.asked?.model ?? message.request?["model"]?.string
        if let answer, let begun = try await services.log.events(of: session.id, seqs: [answer.position]).first,
            case .turnOpened(let opened) = try begun.decodedPayload(), let named = opened.model
        {
            model = named
        }
        return Place(session: session, userTurn: userTurn, answer: answer, message: message, model: model)
    }

    private func answer(
        _ place: Place, _ regeneration: Regeneration, _ message: String?, model: String?, streams: Bool, _ call: Call, _ bytes: [UInt8]
    ) async throws -> Response {
        if regeneration.answer == nil, !regeneration.editsMessage, place.session.headTurnID != place.userTurn.id { throw LineRefusal.notAnswered }
        let dialect = try DialectName(query: call.query("dialect"))
        let asked = place.message.asked
        let request = TurnRequest(
            asker: call.asker, session: place.session, kind: place.session.kind, message: message ?? place.message.content,
            job: try await job(place, regeneration, message, model, call.asker), model: model ?? place.model,
            temperature: asked?.temperature, maxTokens: asked?.maxTokens, metadata: place.message.metadata,
            idempotency: try Idempotent.key(call.request).map { ($0, Idempotent.fingerprint(call.request, bytes)) }, regeneration: regeneration,
            executor: call.context.executor)
        let stream = try await TurnDoor(services: services).begin(request, answersWithStream: streams)
        return try await .answer(
            stream, streams: streams, dialect: dialect.dialect(for: stream, model: request.model ?? services.models.defaultModel))
    }

    private func job(
        _ place: Place, _ regeneration: Regeneration, _ message: String?, _ model: String?, _ asker: Asker
    ) async throws -> TurnRequest.Job {
        if let request = place.message.request {
            return .passThrough(
                request.repeated(
                    message: message, model: model ?? place.model, instructions: regeneration.instructions,
                    continuing: regeneration.beginning?.message.content))
        }
        let asked = place.message.asked
        var collection = asked?.collectionID ?? place.session.collectionID
        // What is no longer to be seen is not asked again.
        if let id = collection, try await services.library.store.collection(id, for: asker) == nil { collection = nil }
        return .documents(
            .init(collectionID: collection, creator: asked?.creator, filters: MetadataFilters(asked?.filters ?? [:]), topK: asked?.topK ?? 5))
    }
}

extension Optional {
    fileprivate func asyncFlatMap<Value>(_ body: (Wrapped) async throws -> Value?) async rethrows -> Value? {
        guard let value = self else { return nil }
        return try await body(value)
    }
}
