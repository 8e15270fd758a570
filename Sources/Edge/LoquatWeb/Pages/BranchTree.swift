import Conversation
import LoquatServer
import TimeOrdered
import Turns

/// Which line of a session begins on which.
struct BranchTree {
    /// Looks at lines for one page at the most; what is not found by then stands under the main line.
    private static let lookLimit = 400

    let services: ServerServices

    /// Empty where there is one line alone.
    func branches(of session: SessionRow) async throws -> [BranchView] {
        let lines = session.lines
        guard lines.count > 1 else { return [] }
        var parents: [String: String] = [:]
        var looks = 0
        for (index, line) in lines.enumerated() where line.name != Branch.main {
            parents[line.name] = Branch.main
            guard looks < Self.lookLimit, let id = line.turnID, let turn = try await services.log.turn(id, of: session.id) else { continue }
            // What several lines share belongs to the oldest of them.
            for older in lines[..<index] where looks < Self.lookLimit {
                looks += 1
                guard try await leads(older, through: turn) else { continue }
                parents[line.name] = older.name
                break
            }
        }
        return BranchView.tree(lines.map { BranchView($0, isCurrent: $0.name == session.branch) }, parents: parents)
    }

    private func leads(_ line: Branch, through turn: TurnRow) async throws -> Bool {
        guard let head = line.headTurnID else { return false }
        return try await services.log.line(to: head, of: turn.sessionID, depths: turn.depth..<turn.depth + 1).first?.id == turn.id
    }
}
