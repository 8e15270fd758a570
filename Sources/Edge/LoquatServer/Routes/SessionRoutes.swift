import Access
import Conversation
import HTTPTypes
import Hummingbird
import JSON
import TimeOrdered
import Turns

/// Sessions, their messages and their logs.
struct SessionRoutes {
    let services: ServerServices

    private static let titleLimit = 1_000
    private static let logLimit = 1_000

    private var log: any LogStore { services.log }

    func add(to api: RouterGroup<ServerContext>) {
        api.get("chat/sessions") { request, context in
            let asker = try context.asker(for: .chat)
            return try Response.json(ListResponse(try await log.sessions(of: asker.userID, try request.page()), SessionResource.init))
        }
        api.get("chat/sessions/:id") { _, context in try Response.tagged(SessionResource(try await session(context))) }
        api.patch("chat/sessions/:id") { request, context in try await change(request, context) }
        api.delete("chat/sessions/:id") { _, context in try await delete(context) }
        api.get("chat/sessions/:id/messages") { request, context in try await messages(request, context) }
        api.get("chat/sessions/:id/log") { request, context in try await events(request, context) }
        api.get("chat/sessions/:id/stream") { request, context in try await stream(request, context) }
    }

    private func session(_ context: ServerContext) async throws -> SessionRow {
        let asker = try context.asker(for: .chat)
        guard let found = try await log.session(context.id("id"), of: asker.userID) else { throw Problem.notFound }
        return found
    }

    private struct Change: Decodable {
        let title: String?
        let metadata: JSONObject?
        let archived: Bool?
        let pinned: Bool?
    }

    private func change(_ request: Request, _ context: ServerContext) async throws -> Response {
        let session = try await session(context)
        try request.checkMatch(SessionResource(session))
        let body = try await request.json(Change.self, limit: services.limits.bodyBytes)
        if let title = body.title, title.isEmpty || title.unicodeScalars.count > Self.titleLimit {
            throw Problem.invalid("/title", "must have 1 to \(Self.titleLimit) characters")
        }
        let update = SessionUpdated(title: body.title, metadata: body.metadata, archived: body.archived, pinned: body.pinned)
        _ = try await log.append(AppendBatch(sessionID: session.id, drafts: [EventDraft(.sessionUpdated(update))]))
        services.sessionFeed.changed(session.id)
        guard let changed = try await log.session(session.id, of: session.userID) else { throw Problem.notFound }
        return try Response.tagged(SessionResource(changed))
    }

    /// A running turn is ended first, so that it does not write to what is gone.
    private func delete(_ context: ServerContext) async throws -> Response {
        let session = try await session(context)
        if let running = services.turns.runningTurn(of: session.id) {
            running.stop(.stopped)
            _ = await running.stream.waitUntilEnded()
        }
        guard try await log.delete(session: session.id, of: session.userID) else { throw Problem.notFound }
        services.sessionFeed.changed(session.id)
        return Response(status: .noContent)
    }

    private func messages(_ request: Request, _ context: ServerContext) async throws -> Response {
        let session = try await session(context)
        let page = try request.page()
        let after = try page.number(from: 0)
        let rows = try await log.turns(of: session.id, after: after, limit: page.offset + page.limit + 1).dropFirst(page.offset)
        let shown = Array(rows.prefix(page.limit))
        let items = try await TurnLookup(log: log, turns: services.turns).messages(shown, of: session.id)
        let next = rows.count > page.limit ? shown.last.map { "\($0.position)" } : nil
        return try Response.json(ListResponse(Page(items: items, next: next), { $0 }))
    }

    private func events(_ request: Request, _ context: ServerContext) async throws -> Response {
        let session = try await session(context)
        let page = try request.page()
        let after = try page.number(from: request.number("after", default: 0, in: 0...(1 << 53)) + page.offset)
        let events = try await log.events(of: session.id, after: after, limit: page.limit + 1)
        let items = try events.prefix(page.limit).map(LogEventResource.init)
        let next = events.count > page.limit ? items.last.map { "\($0.seq)" } : nil
        return try Response.json(ListResponse(Page(items: items, next: next), { $0 }))
    }

    private func stream(_ request: Request, _ context: ServerContext) async throws -> Response {
        let session = try await session(context)
        let streaming = SessionStreaming(session: session.id, log: log, turns: services.turns, feed: services.sessionFeed)
        let seen = StreamPosition(request.headers[HTTPField.Name("Last-Event-ID")!] ?? request.uri.queryParameters["last_event_id"].map(String.init))
        if let seen, let seq = Int(seen.scope) { return streaming.response(after: seq, number: seen.number) }
        if let turn = session.runningTurnID, let row = try await log.turn(turn, of: session.id) {
            // Whoever comes while a turn runs sees it from its beginning.
            return streaming.response(after: row.position - 1, number: nil)
        }
        return streaming.response(after: session.headSeq, number: nil)
    }
}
