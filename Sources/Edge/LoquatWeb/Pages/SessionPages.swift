import Access
import Conversation
import Hummingbird
import LoquatServer
import Retrieval
import TimeOrdered
import Turns

/// Conversations.
struct SessionPages {
    private static let turnsAtOnce = 20
    private static let turnLimit = 1_000
    /// Turns that are shown before one that was asked for.
    private static let lead = 10
    private static let choiceLimit = 100

    let services: ServerServices
    let frames: Frames

    private var timeline: Timeline { Timeline(services: services) }

    func add(to router: some RouterMethods<ServerContext>) {
        router.get("") { request, _ in
            let visitor = try await frames.visitor(request)
            return try await frames.page("session", try await page(nil, visitor, Part()), for: visitor)
        }
        router.get("sessions") { request, _ -> Response in
            let visitor = try await frames.visitor(request)
            if request.query("archived") == "1" {
                let list = try await frames.archived(of: visitor, cursor: request.query("cursor"))
                return try await frames.page("archive", list, for: visitor)
            }
            let (cursor, current) = (request.query("cursor"), request.query("current"))
            if request.query("pinned") == "1" {
                return Response.page("pinned", try await frames.pinned(of: visitor, cursor: cursor, current: current))
            }
            let list = try await frames.sessions(of: visitor, cursor: cursor, current: current)
            return Response.page(cursor == nil ? "sessions" : "links", list)
        }
        router.get("sessions/:id") { request, context in
            let visitor = try await frames.visitor(request)
            // Read before its turns are: what comes in between is told by the stream.
            let session = try await session(context, visitor)
            let limit = request.queryNumber("turns", in: 1...Self.turnLimit) ?? Self.turnsAtOnce
            let part = try await part(of: session, limit: limit, around: request.query("turn").flatMap { TurnID($0) })
            return try await frames.page("session", try await page(session, visitor, part), for: visitor, session: session.id)
        }
        router.get("sessions/:id/edit") { request, context in
            let session = try await session(context, try await frames.visitor(request))
            let edit = SessionEdit(
                id: session.id.description, name: session.title, isCurrent: request.query("current") == session.id.description,
                isPinned: session.pinned, isArchived: session.archived)
            return Response.page("edit", edit)
        }
        router.get("sessions/:id/share") { request, context in
            Response.page("share", ShareView(try await session(context, try await frames.visitor(request))))
        }
    }

    private func session(_ context: ServerContext, _ visitor: Visitor) async throws -> SessionRow {
        guard let session = try await services.log.session(context.pageID(), of: visitor.asker.userID) else { throw PageError.notFound }
        return session
    }

    private func page(_ session: SessionRow?, _ visitor: Visitor, _ part: Part) async throws -> SessionPage {
        let collections = try await services.library.store.collections(for: visitor.asker, PageRequest(limit: Self.choiceLimit)).items
        var turns: [TurnView] = []
        var branches: [BranchView] = []
        var needsPassword = false
        if let session {
            turns = try await timeline.views(part.rows, of: session)
            branches = try await BranchTree(services: services).branches(of: session)
        } else {
            needsPassword = try await !services.accounts.own.hasPassword(visitor.asker)
        }
        return SessionPage(
            title: session?.title ?? "New conversation",
            session: try await view(session), turns: turns, earlier: part.earlier, hasLater: part.hasLater,
            elsewhere: part.elsewhere, undone: try await undone(session), hasBranches: !branches.isEmpty, branches: branches,
            choices: collections.map { .init(id: $0.id.description, name: $0.name, isChosen: $0.id == session?.collectionID) },
            hasNoDocuments: collections.allSatisfy { $0.documentCount == 0 }, needsPassword: needsPassword)
    }

    private func view(_ session: SessionRow?) async throws -> SessionPage.SessionView? {
        guard let session else { return nil }
        var seq = session.headSeq
        // A turn that is running is told from its beginning.
        if let turn = session.runningTurnID, let row = try await services.log.turn(turn, of: session.id) { seq = row.position - 1 }
        return .init(id: session.id.description, title: session.title, position: "\(seq):0", head: "\(session.headSeq)")
    }

    /// The last event, where it took the line back: whatever window it was done in, it can be undone in each.
    private func undone(_ session: SessionRow?) async throws -> String? {
        guard let session, let event = try await services.log.events(of: session.id, seqs: [session.headSeq]).first, event.kind == .lineRewound
        else { return nil }
        return "\(event.seq)"
    }

    /// As much of the line as one page shows.
    private struct Part {
        var rows: [TurnRow] = []
        var earlier: Int?
        var hasLater = false
        var elsewhere: SessionPage.Elsewhere?
    }

    /// - Parameter turn: one that must be among them, where it is on the line.
    private func part(of session: SessionRow, limit: Int, around turn: TurnID?) async throws -> Part {
        guard let head = session.headTurnID else { return Part() }
        var part = Part()
        var depths = max(0, session.messageCount - limit)..<session.messageCount
        if let turn, let row = try await services.log.turn(turn, of: session.id) {
            if try await services.lines.isOnLine(row, of: session) {
                let start = min(depths.lowerBound, max(0, row.depth - Self.lead))
                // Far back, only what stands around it.
                let isFar = session.messageCount - start > Self.turnLimit
                depths = start..<(isFar ? start + max(limit, 2 * Self.lead) : session.messageCount)
            } else {
                let branch = try await services.lines.branch(with: row, of: session)
                part.elsewhere = .init(turn: turn.description, branch: branch.map { LocalPath.part($0.name) })
            }
        }
        part.rows = try await services.log.line(to: head, of: session.id, depths: depths)
        part.hasLater = depths.upperBound < session.messageCount
        let shown = session.messageCount - depths.lowerBound
        if depths.lowerBound > 0, shown < Self.turnLimit { part.earlier = min(shown * 4, Self.turnLimit) }
        return part
    }
}
