import Access
import Conversation
import Hummingbird
import JSON
import NIOPosix
import SchemaReflection
import TimeOrdered
import Turns

/// Sessions, their messages and their logs.
struct SessionRoutes {
    let services: ServerServices

    private var log: any LogStore { services.log }

    func add(to api: API) {
        api.add(
            Operation(
                method: .get, path: "/api/v1/chat/sessions", id: "listSessions", tag: .sessions, summary: "The caller's sessions.",
                admission: .scope(.chat),
                parameters: [
                    .query("archived", .boolean, "Those that are put away, or those that are not; both if not said."),
                    .query("pinned", .boolean, "Those that are kept at the top, or the others; both if not said."),
                ] + Parameter.page(cursor: .timeAndID),
                answers: [.ok(ListResponse<SessionResource>.self, "A page of them, by their last message, newest first.")])
        ) { call in
            let filter = SessionFilter(archived: call.query("archived").map { $0 == "true" }, pinned: call.query("pinned").map { $0 == "true" })
            return try Response.json(ListResponse(try await log.sessions(of: call.asker.userID, filter, try call.page()), SessionResource.init))
        }
        api.add(
            Operation(
                method: .get, path: "/api/v1/chat/sessions/{id}", id: "getSession", tag: .sessions, summary: "One session.",
                admission: .scope(.chat), parameters: [Self.id], answers: [.ok(SessionResource.self, "The session.", tagged: true)])
        ) { call in try Response.tagged(SessionResource(try await call.session(in: log))) }
        api.add(
            Operation(
                method: .patch, path: "/api/v1/chat/sessions/{id}", id: "updateSession", tag: .sessions, summary: "Change a session.",
                admission: .scope(.chat), parameters: [Self.id], body: .json(ChangedSession.self),
                answers: [.ok(SessionResource.self, "As it is now.", tagged: true)], isConditional: true)
        ) { try await change($0) }
        api.add(
            Operation(
                method: .delete, path: "/api/v1/chat/sessions/{id}", id: "deleteSession", tag: .sessions, summary: "Delete a session and its log.",
                details: "A running turn is ended first.", admission: .scope(.chat), parameters: [Self.id], answers: [.noContent("It is gone.")])
        ) { try await delete($0) }
        api.add(
            Operation(
                method: .get, path: "/api/v1/chat/sessions/{id}/messages", id: "listMessages", tag: .sessions, summary: "A session's messages.",
                details: "Those of the current line, or of the one named; with `superseded` also those that are on it no longer.",
                admission: .scope(.chat),
                parameters: [
                    Self.id, .query("branch", .string(), "The branch; the current one if not said."),
                    .query("superseded", .boolean, "Whether all turns are listed that were ever said."),
                ] + Parameter.page(), answers: [.ok(ListResponse<MessageResource>.self, "A page of them, oldest first.")])
        ) { try await messages($0) }
        api.add(
            Operation(
                method: .get, path: "/api/v1/chat/sessions/{id}/log", id: "listLog", tag: .sessions, summary: "A session's log, event by event.",
                admission: .scope(.chat),
                parameters: [Self.id, .query("after", .integer(Self.positions), "The `seq` after which to begin.")] + Parameter.page(),
                answers: [.ok(ListResponse<LogEventResource>.self, "A page of it, oldest first.")])
        ) { try await events($0) }
        api.add(
            Operation(
                method: .get, path: "/api/v1/chat/sessions/{id}/stream", id: "watchSession", tag: .sessions,
                summary: "Watch a session as it goes on.",
                details: """
                    Turns as they begin and end, and the events of those that run, for as long as the client stays. `Last-Event-ID` (or \
                    `last_event_id`) tells the last event that was seen; what follows it comes.
                    """,
                admission: .scope(.chat),
                parameters: [Self.id, .query("last_event_id", .string(), "The same as the header `Last-Event-ID`.")],
                answers: [.stream("The session's events.", SessionEvents.all + TurnEvents.all)])
        ) { try await stream($0) }
    }

    private static let id = Parameter.id("The session.")
    private static let positions = 0...(1 << 53)

    private struct ChangedSession: Decodable, SchemaFields {
        let title: String?
        let metadata: JSONObject?
        let archived: Bool?
        let pinned: Bool?

        static let fields: [String: FieldRule] = [
            "title": .text("What it is called.", 1...SessionRow.longestTitle, form: .name), "metadata": .note("Takes the place of what was there."),
            "archived": .note("Whether it is put away."), "pinned": .note("Whether it is kept at the top."),
        ]
    }

    private func change(_ call: Call) async throws -> Response {
        let session = try await call.session(in: log)
        try call.request.checkMatch(SessionResource(session))
        let body = try await call.body(ChangedSession.self, limit: services.limits.bodyBytes)
        let update = SessionUpdated(title: body.title, metadata: body.metadata, archived: body.archived, pinned: body.pinned)
        if update == SessionUpdated() { return try Response.tagged(SessionResource(session)) }
        let seen = call.request.headers[.ifMatch] == nil ? nil : session.headSeq
        _ = try await log.append(AppendBatch(sessionID: session.id, drafts: [EventDraft(.sessionUpdated(update))], after: seen))
        services.sessionFeed.changed(session.id)
        guard let changed = try await log.session(session.id, of: session.userID) else { throw Problem.notFound }
        return try Response.tagged(SessionResource(changed))
    }

    /// A running turn is ended first, so that it does not write to what is gone.
    private func delete(_ call: Call) async throws -> Response {
        let id = try call.id()
        if try await services.sessionCache.end(id, of: call.asker.userID) {
            // Forgotten first, so that no other turn begins in it meanwhile and nothing is kept of the one that ends.
            await endRunningTurn(of: id)
            return Response(status: .noContent)
        }
        let session = try await call.session(in: log)
        await endRunningTurn(of: session.id)
        let record = call.asker.record(.sessionDeleted, of: .session, session.id, from: call.address)
        guard try await log.delete(session: session.id, of: session.userID, recording: record) else { throw Problem.notFound }
        services.sessionFeed.changed(session.id)
        return Response(status: .noContent)
    }

    private func endRunningTurn(of session: SessionID) async {
        guard let running = services.turns.runningTurn(of: session) else { return }
        running.stop(.stopped)
        _ = await running.stream.waitUntilEnded()
    }

    private func messages(_ call: Call) async throws -> Response {
        let session = try await call.session(in: log)
        let page = try call.page()
        let lookup = TurnLookup(log: log, turns: services.turns)
        if call.query("superseded") == "true" {
            let rows = try await log.turns(of: session.id, after: try page.number(from: 0), limit: page.offset + page.limit + 1)
                .dropFirst(page.offset)
            let shown = Array(rows.prefix(page.limit))
            let items = try await lookup.messages(shown, of: session, areOnLine: false)
            let next = rows.count > page.limit ? shown.last.map { "\($0.position)" } : nil
            return try await Self.list(items, next: next)
        }
        let name = call.query("branch") ?? session.branch
        guard let line = session.lines.first(where: { $0.name == name }) else { throw Problem.notFound }
        let start = try page.number(from: 0) + page.offset
        guard let head = line.headTurnID else { return try Response.json(ListResponse(Page(items: [MessageResource](), next: nil), { $0 })) }
        let rows = try await log.line(to: head, of: session.id, depths: start..<start + page.limit + 1)
        let shown = Array(rows.prefix(page.limit))
        let items = try await lookup.messages(shown, of: session, areOnLine: name == session.branch)
        let next = rows.count > page.limit ? "\(start + page.limit)" : nil
        return try await Self.list(items, next: next)
    }

    /// Bytes from which on writing messages as JSON takes long enough to hold up an event loop, and those of a citation, about.
    private static let longMessages = 1 << 20
    private static let citationSize = 256

    private static func list(_ items: [MessageResource], next: String?) async throws -> Response {
        let size = items.reduce(0) { $0 + $1.content.utf8.count + $1.citations.count * citationSize }
        guard size >= longMessages else { return try Response.json(ListResponse(Page(items: items, next: next), { $0 })) }
        let bytes = try await NIOThreadPool.singleton.runIfActive { try encodeJSON(ListResponse(Page(items: items, next: next), { $0 })) }
        return .json(bytes: bytes)
    }

    private func events(_ call: Call) async throws -> Response {
        let session = try await call.session(in: log)
        let page = try call.page()
        let after = try page.number(from: call.request.number("after", default: 0, in: Self.positions) + page.offset)
        let events = try await log.events(of: session.id, after: after, limit: page.limit + 1)
        let items = try events.prefix(page.limit).map(LogEventResource.init)
        let next = events.count > page.limit ? items.last.map { "\($0.seq)" } : nil
        return try Response.json(ListResponse(Page(items: items, next: next), { $0 }))
    }

    private func stream(_ call: Call) async throws -> Response {
        let session = try await call.session(in: log)
        let streaming = SessionStreaming(session: session.id, owner: session.userID, log: log, turns: services.turns, feed: services.sessionFeed)
        if let seen = call.lastEventID, let seq = Int(seen.scope) {
            // What the log has not come to yet nobody has seen: so says a client of a log that was restored from a backup.
            guard (0...session.headSeq).contains(seq) else { return streaming.response(after: session.headSeq, number: nil) }
            return streaming.response(after: seq, number: seen.number)
        }
        if let turn = session.runningTurnID, let row = try await log.turn(turn, of: session.id) {
            // Whoever comes while a turn runs sees it from its beginning.
            return streaming.response(after: row.position - 1, number: nil)
        }
        return streaming.response(after: session.headSeq, number: nil)
    }
}
