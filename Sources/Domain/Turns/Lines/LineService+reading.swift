package import Conversation

extension LineService {
    /// Whether a turn stands on the session's current line.
    package func isOnLine(_ turn: TurnRow, of session: SessionRow) async throws -> Bool {
        guard let head = session.headTurnID, turn.depth < session.messageCount else { return false }
        return try await log.line(to: head, of: session.id, depths: turn.depth..<turn.depth + 1).first?.id == turn.id
    }

    /// The branch whose line a turn stands on, other than the current one.
    package func branch(with turn: TurnRow, of session: SessionRow) async throws -> Branch? {
        for branch in session.branches where branch.name != session.branch {
            guard let head = branch.headTurnID else { continue }
            if try await log.line(to: head, of: session.id, depths: turn.depth..<turn.depth + 1).first?.id == turn.id { return branch }
        }
        return nil
    }

    /// The answer that a message has on the current line, or else the last one that it had.
    package func answer(to message: TurnRow, in session: SessionRow) async throws -> TurnRow? {
        if let head = session.headTurnID, let answer = try await answer(to: message, onLineTo: head) { return answer }
        let left = try await log.lineEnd(through: message.id, of: session.id)
        if let answer = try await answer(to: message, onLineTo: left) { return answer }
        // A line may have been taken back to the message itself: of its answers the newest.
        let another = TurnRow(
            id: message.id, sessionID: session.id, position: .max, role: .assistant, status: .complete, parentID: message.id,
            createdAt: message.createdAt)
        return try await log.versions(of: [another]).last
    }

    private func answer(to message: TurnRow, onLineTo end: TurnID) async throws -> TurnRow? {
        let turns = try await log.line(to: end, of: message.sessionID, depths: message.depth..<message.depth + 2)
        guard turns.first?.id == message.id, let answer = turns.dropFirst().first, answer.role == .assistant else { return nil }
        return answer
    }
}
