package import Conversation
package import TimeOrdered

// Lines, the long way: each turn by the one before it.
extension InMemoryLogStore {
    package func line(to head: TurnID, of session: SessionID, depths: Range<Int>) async throws -> [TurnRow] {
        try read { state in
            var line: [TurnRow] = []
            var next: TurnID? = head
            while let id = next, let turn = state.sessions[session]?.turns[id] {
                line.insert(turn, at: 0)
                next = turn.parentID
            }
            return Array(line[depths.clamped(to: line.indices)])
        }
    }

    package func versions(of turns: [TurnRow]) async throws -> [TurnRow] {
        try read { state in
            let all = turns.first.flatMap { state.sessions[$0.sessionID]?.timeline } ?? []
            return all.filter { row in turns.contains { $0.parentID == row.parentID && $0.role == row.role } }
        }
    }

    package func session(sharedBy digest: String) async throws -> SessionRow? {
        try read { $0.sessions.values.compactMap(\.row).first { $0.share?.digest == digest } }
    }

    package func ratings(in workspace: UUIDv7, of user: UUIDv7?) async throws -> [RatingSum] {
        let rated = try await ratedTurns(in: workspace, of: user, after: nil, limit: .max)
        let groups = Dictionary(grouping: rated) { [$0.model, $0.promptVersion] }
        return groups.sorted { ($0.key[0] ?? "", $0.key[1] ?? "") < ($1.key[0] ?? "", $1.key[1] ?? "") }.map { key, turns in
            RatingSum(
                model: key[0], promptVersion: key[1], up: turns.count { $0.rating == .up }, down: turns.count { $0.rating == .down })
        }
    }

    package func ratedTurns(in workspace: UUIDv7, of user: UUIDv7?, after turn: TurnID?, limit: Int) async throws -> [TurnRow] {
        try read { state in
            let sessions = state.sessions.values.filter { $0.row?.workspaceID == workspace && (user == nil || $0.row?.userID == user) }
            let rated = sessions.flatMap(\.timeline).filter { $0.rating != nil }.sorted { $0.id < $1.id }
            return Array(rated.drop { row in turn.map { row.id <= $0 } ?? false }.prefix(limit))
        }
    }
}
