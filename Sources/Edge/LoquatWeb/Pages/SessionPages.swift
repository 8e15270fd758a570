import Access
import Conversation
import Hummingbird
import LoquatServer
import Retrieval
import TimeOrdered
import Turns

/// Conversations.
struct SessionPages {
    private static let turnsAtOnce = 40
    private static let turnLimit = 1_000
    private static let choiceLimit = 100

    let services: ServerServices
    let frames: Frames

    func add(to router: some RouterMethods<ServerContext>) {
        router.get("") { request, _ in
            let visitor = try await frames.visitor(request)
            return try await frames.page("session", try await page(nil, visitor, limit: 0), for: visitor)
        }
        router.get("sessions") { request, _ in
            let visitor = try await frames.visitor(request)
            let list = try await frames.sessions(of: visitor, cursor: request.query("cursor"), current: request.query("current"))
            return Response.page("sessions", list)
        }
        router.get("sessions/:id") { request, context in
            let visitor = try await frames.visitor(request)
            let id = try context.pageID()
            // Read before its turns are: what comes in between is told by the stream.
            guard let session = try await services.log.session(id, of: visitor.asker.userID) else { throw PageError.notFound }
            let limit = request.queryNumber("turns", in: 1...Self.turnLimit) ?? Self.turnsAtOnce
            return try await frames.page("session", try await page(session, visitor, limit: limit), for: visitor, session: id)
        }
        router.get("sessions/:id/edit") { request, context in try await edit(request, context) }
    }

    private func edit(_ request: Request, _ context: ServerContext) async throws -> Response {
        let visitor = try await frames.visitor(request)
        guard let session = try await services.log.session(context.pageID(), of: visitor.asker.userID) else { throw PageError.notFound }
        return Response.page(
            "edit", SessionEdit(id: session.id.description, name: session.title, isCurrent: request.query("current") == session.id.description))
    }

    private func page(_ session: SessionRow?, _ visitor: Visitor, limit: Int) async throws -> SessionPage {
        let collections = try await services.library.store.collections(for: visitor.asker, PageRequest(limit: Self.choiceLimit)).items
        var turns: [TurnView] = []
        var needsPassword = false
        if let session {
            turns = try await timeline(session, limit: limit)
        } else {
            needsPassword = try await !services.accounts.own.hasPassword(visitor.asker)
        }
        return SessionPage(
            title: session?.title ?? "New conversation",
            session: try await view(session), turns: turns,
            earlier: turns.count == limit && limit < Self.turnLimit && limit > 0 ? min(limit * 4, Self.turnLimit) : nil,
            choices: collections.map { .init(id: $0.id.description, name: $0.name, isChosen: $0.id == session?.collectionID) },
            hasNoDocuments: collections.allSatisfy { $0.documentCount == 0 }, needsPassword: needsPassword,
            messageLimit: services.limits.messageCharacters)
    }

    private func view(_ session: SessionRow?) async throws -> SessionPage.SessionView? {
        guard let session else { return nil }
        var seq = session.headSeq
        // A turn that is running is told from its beginning.
        if let turn = session.runningTurnID, let row = try await services.log.turn(turn, of: session.id) { seq = row.position - 1 }
        return .init(id: session.id.description, title: session.title, position: "\(seq):0")
    }

    private func timeline(_ session: SessionRow, limit: Int) async throws -> [TurnView] {
        let rows = try await services.log.lastTurns(of: session, limit: limit)
        let seqs = rows.flatMap { [$0.contentSeq, $0.sourcesSeq] }.compactMap { $0 }
        var payloads: [Int: EventPayload] = [:]
        for event in try await services.log.events(of: session.id, seqs: seqs) { payloads[event.seq] = try event.decodedPayload() }
        let running = services.turns.runningTurn(of: session.id)?.stream
        return rows.map { row in
            var sources: SourcesFrozen?
            if case .sourcesFrozen(let frozen) = row.sourcesSeq.flatMap({ payloads[$0] }) { sources = frozen }
            let shown = row.status == .generating && running?.turnID == row.id ? running?.text ?? "" : ""
            return TurnView(row, content: row.contentSeq.flatMap { payloads[$0] }, sources: sources, shown: shown)
        }
    }
}
