import Access
import Conversation
import Foundation
import Hummingbird
import LoquatServer
import TimeOrdered
import Turns

/// A branch beside the current one.
struct BranchPages {
    /// Turns of each side.
    private static let turnsAtOnce = 100

    let services: ServerServices
    let frames: Frames

    func add(to router: some RouterMethods<ServerContext>) {
        router.get("sessions/:id/branches/:name") { request, context in
            let visitor = try await frames.visitor(request)
            let name = context.parameters.get("name")?.removingPercentEncoding
            guard let session = try await services.log.session(context.pageID(), of: visitor.asker.userID),
                let branch = session.lines.first(where: { $0.name == name }), let current = session.lines.first(where: { $0.name == session.branch })
            else { throw PageError.notFound }
            return try await frames.page("comparison", try await page(session, branch, current), for: visitor, session: session.id)
        }
    }

    private func page(_ session: SessionRow, _ branch: Branch, _ current: Branch) async throws -> ComparisonPage {
        let ends = (try await end(of: branch, session), try await end(of: current, session))
        var shared = 0
        if let end = ends.0, let other = ends.1 {
            shared = try await services.log.fork(end.id, other.id, of: session.id).map { $0.depth + 1 } ?? 0
        }
        return ComparisonPage(
            title: "\(branch.name) and \(current.name)", sessionID: session.id.description, sessionTitle: session.title,
            shared: shared == 1 ? "The first message is the same." : "The first \(shared) messages are the same.",
            sides: [
                try await side(branch, ends.0, after: shared, session), try await side(current, ends.1, after: shared, session),
            ])
    }

    private func end(of branch: Branch, _ session: SessionRow) async throws -> TurnRow? {
        guard let head = branch.headTurnID else { return nil }
        return try await services.log.turn(head, of: session.id)
    }

    private func side(_ branch: Branch, _ end: TurnRow?, after shared: Int, _ session: SessionRow) async throws -> ComparisonPage.Side {
        var rows: [TurnRow] = []
        if let end { rows = try await services.log.line(to: end.id, of: session.id, depths: shared..<shared + Self.turnsAtOnce) }
        return ComparisonPage.Side(
            name: branch.name, isCurrent: branch.name == session.branch, path: LocalPath.part(branch.name),
            said: try await Timeline(services: services).views(rows, of: session), isEmpty: rows.isEmpty,
            isCut: end.map { $0.depth >= shared + Self.turnsAtOnce } ?? false)
    }
}
