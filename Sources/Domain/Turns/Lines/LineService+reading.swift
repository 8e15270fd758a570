package import Conversation

extension LineService {
    /// Whether a turn stands on the session's current line.
    package func isOnLine(_ turn: TurnRow, of session: SessionRow) async throws -> Bool {
        guard let head = session.headTurnID, turn.depth < session.messageCount else { return false }
        return try await log.line(to: head, of: session.id, depths: turn.depth..<turn.depth + 1).first?.id == turn.id
    }

    /// The answer that a message has on the current line, or else the last one that it had.
    package func answer(to message: TurnRow, in session: SessionRow) async throws -> TurnRow? {
        let lines = [session.headTurnID, message.tipID].compactMap(\.self)
        for end in lines {
            let turns = try await log.line(to: end, of: session.id, depths: message.depth..<message.depth + 2)
            if turns.first?.id == message.id, let answer = turns.dropFirst().first, answer.role == .assistant { return answer }
        }
        return nil
    }

    /// The turn of the current line that stands where the line to `turn` leaves it; nil where that turn is on the line, or nothing took
    /// its place.
    package func superseding(_ turn: TurnRow, in session: SessionRow) async throws -> TurnRow? {
        guard let head = session.headTurnID else { return nil }
        let shared = try await shared(turn.id, turn.depth + 1, head, session.messageCount, in: session.id)
        guard shared <= turn.depth, shared < session.messageCount else { return nil }
        return try await log.line(to: head, of: session.id, depths: shared..<shared + 1).first
    }

    /// How many turns two lines share, each named by its last turn and its length.
    package func shared(_ first: TurnID, _ firstLength: Int, _ second: TurnID, _ secondLength: Int, in session: SessionID) async throws -> Int {
        // Up to some depth they are the same, and from there on they differ.
        var (same, differing) = (0, min(firstLength, secondLength) + 1)
        while differing - same > 1 {
            let middle = (same + differing) / 2
            let left = try await log.line(to: first, of: session, depths: middle - 1..<middle).first?.id
            let right = try await log.line(to: second, of: session, depths: middle - 1..<middle).first?.id
            if left == right { same = middle } else { differing = middle }
        }
        return same
    }
}
