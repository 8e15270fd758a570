import Access
import Conversation
import Hummingbird
import JSON
import SchemaReflection
import TimeOrdered
import Turns

/// What can be done with one turn of a session.
struct TurnRoutes {
    let services: ServerServices

    private var lookup: TurnLookup { TurnLookup(log: services.log, turns: services.turns) }

    func add(to api: API) {
        api.add(
            Operation(
                method: .get, path: "/api/v1/chat/sessions/{id}/turns/{turn}", id: "getTurn", tag: .turns,
                summary: "One turn with its words, also one that is superseded.", admission: .scope(.chat), parameters: Self.turn,
                answers: [.ok(MessageResource.self, "The turn.")])
        ) { call in
            let (session, row) = try await turn(call)
            return try await message(row, of: session)
        }
        api.add(
            Operation(
                method: .get, path: "/api/v1/chat/sessions/{id}/turns/{turn}/stream", id: "watchTurn", tag: .turns,
                summary: "Watch a turn, from its beginning or from where a stream was cut.",
                details: "`Last-Event-ID` (or `last_event_id`) tells the last event that was seen; what follows it comes.",
                admission: .scope(.chat),
                parameters: Self.turn + [ChatRoutes.dialect, .query("last_event_id", .string(), "The same as the header `Last-Event-ID`.")],
                answers: [.stream("The turn's events.", TurnEvents.ofEveryDialect)])
        ) { try await watch($0) }
        api.add(
            Operation(
                method: .post, path: "/api/v1/chat/sessions/{id}/turns/{turn}/stop", id: "stopTurn", tag: .turns,
                summary: "End a turn and keep its text.", admission: .scope(.chat), parameters: Self.turn,
                answers: [.ok(MessageResource.self, "The answer as it was kept; one that was over stays as it is.")])
        ) { try await stop($0) }
        api.add(
            Operation(
                method: .post, path: "/api/v1/chat/sessions/{id}/turns/{turn}/select", id: "selectTurn", tag: .turns,
                summary: "Make a version of a turn the current one.", details: "What had followed it comes back with it.",
                admission: .scope(.chat), parameters: Self.turn, answers: [.ok(LineResource.self, "The line as it is now.")],
                problems: [.conflict])
        ) { call in
            let (session, row) = try await turn(call)
            let change = try await services.lines.select(session, row.id)
            return try Response.json(LineResource(change.session, event: change.event))
        }
        api.add(
            Operation(
                method: .patch, path: "/api/v1/chat/sessions/{id}/turns/{turn}", id: "updateTurn", tag: .turns,
                summary: "Leave a turn out of prompts, or take it in again.",
                details: "A message and its answers are hidden and shown as one.", admission: .scope(.chat), parameters: Self.turn,
                body: .json(ChangedTurn.self), answers: [.ok(MessageResource.self, "The turn.")], problems: [.conflict])
        ) { call in
            let (session, row) = try await turn(call)
            let body = try await call.body(ChangedTurn.self, limit: services.limits.bodyBytes)
            return try await message(row, of: try await services.lines.hide(session, row.id, body.hidden).session)
        }
        api.add(
            Operation(
                method: .post, path: "/api/v1/chat/sessions/{id}/turns/{turn}/feedback", id: "rateTurn", tag: .turns,
                summary: "Say what you think of an answer.", details: "The last word counts; a `rating` of null takes it back.",
                admission: .scope(.chat), parameters: Self.turn, body: .json(FeedbackBody.self),
                answers: [.ok(MessageResource.self, "The turn.")], problems: [.conflict])
        ) { try await rate($0) }
    }

    static let turn: [Parameter] = [.id("The session."), .id("The turn.", name: "turn")]

    private struct ChangedTurn: Decodable, SchemaFields {
        let hidden: Bool

        static let fields: [String: FieldRule] = ["hidden": .note("Whether it is left out of prompts.")]
    }

    private struct FeedbackBody: Decodable, SchemaFields {
        let rating: Rating?
        let reason: String?
        let text: String?

        static let schemaName = "Feedback"
        static let fields: [String: FieldRule] = [
            "rating": .note("`up` or `down`; null takes it back."), "reason": .text("In a word, such as `wrong` or `incomplete`.", 0...200),
            "text": .text("In words.", 0...10_000),
        ]

        private enum CodingKeys: CodingKey {
            case rating, reason, text
        }

        /// The rating is said, also where there is none any more.
        init(from decoder: any Decoder) throws {
            let members = try decoder.container(keyedBy: CodingKeys.self)
            rating = try members.decode(Rating?.self, forKey: .rating)
            reason = try members.decodeIfPresent(String.self, forKey: .reason)
            text = try members.decodeIfPresent(String.self, forKey: .text)
        }
    }

    private func message(_ row: TurnRow, of session: SessionRow) async throws -> Response {
        guard let row = try await services.log.turn(row.id, of: session.id),
            let message = try await lookup.messages([row], of: session, areOnLine: false).first
        else { throw Problem.notFound }
        return try Response.json(message)
    }

    private func rate(_ call: Call) async throws -> Response {
        let (session, row) = try await answer(call)
        let body = try await call.body(FeedbackBody.self, limit: services.limits.bodyBytes)
        guard row.status != .generating else { throw LineRefusal.stillRunning(row.id) }
        let rated = TurnRated(turnID: row.id, rating: body.rating, reason: body.reason, text: body.text)
        _ = try await services.log.append(AppendBatch(sessionID: session.id, drafts: [EventDraft(.turnRated(rated))]))
        services.sessionFeed.changed(session.id)
        return try await message(row, of: session)
    }

    // MARK: Running turns

    private func turn(_ call: Call) async throws -> (session: SessionRow, turn: TurnRow) {
        guard let session = try await services.log.session(call.id(), of: call.asker.userID),
            let turn = try await services.log.turn(call.id("turn"), of: session.id)
        else { throw Problem.notFound }
        return (session, turn)
    }

    private func answer(_ call: Call) async throws -> (session: SessionRow, turn: TurnRow) {
        let (session, turn) = try await turn(call)
        guard turn.role == .assistant else { throw Problem.notFound }
        return (session, turn)
    }

    /// The turn that runs under this name: it may not be in the log yet, or never will be.
    private func running(_ call: Call) throws -> RunningTurn? {
        guard let running = services.turns.runningTurn(of: try call.id()), running.stream.turnID == (try call.id("turn")),
            running.request.asker.userID == call.asker.userID
        else { return nil }
        return running
    }

    private func watch(_ call: Call) async throws -> Response {
        let dialect = try DialectName(query: call.query("dialect"))
        if let running = try running(call) {
            let model = running.request.model ?? services.models.defaultModel
            return .turn(
                running.stream, after: call.eventsSeen(of: running.stream.turnID), dialect: dialect.dialect(for: running.stream, model: model))
        }
        let (session, turn) = try await answer(call)
        guard let (stream, model) = try await lookup.stream(of: turn.id, in: session.id) else { throw Problem.notFound }
        return .turn(stream, after: call.eventsSeen(of: turn.id), dialect: dialect.dialect(for: stream, model: model))
    }

    /// Ends a running turn and answers with it once its end is stored. A turn that is over is answered as it is.
    private func stop(_ call: Call) async throws -> Response {
        if let running = try running(call) {
            running.stop(.stopped)
            _ = await running.stream.waitUntilEnded()
            // What leaves nothing in the log is told here and nowhere else.
            if !running.request.isLogged { return try Response.json(MessageResource(stopped: running.stream)) }
        }
        let (session, turn) = try await answer(call)
        return try await message(turn, of: session)
    }
}

extension Call {
    /// How many events of a turn the client has seen.
    fileprivate func eventsSeen(of turn: TurnID) -> Int {
        lastEventID.map { $0.scope == turn.description ? $0.number : 0 } ?? 0
    }
}
