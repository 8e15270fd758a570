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

    package func sessions(after id: SessionID?, limit: Int) async throws -> [SessionRow] {
        try read { state in
            let rows = state.sessions.values.compactMap(\.row).filter { $0.kind != .workspace }.sorted { $0.id < $1.id }
            return Array(rows.drop { row in id.map { row.id <= $0 } ?? false }.prefix(limit))
        }
    }

    package func unfinishedCopies() async throws -> [SessionRow] {
        try read { $0.sessions.values.compactMap(\.row).filter { !$0.isWhole } }
    }

    package func forgetClaims(about id: UUIDv7) async throws {
        try write(.claim) { $0.forgetClaims(about: id) }
    }

    package func knows(sessions: [SessionID], turns: [TurnID]) async throws -> Bool {
        try read { state in
            sessions.contains { state.sessions[$0] != nil || state.tombstones[$0] != nil }
                || state.sessions.values.contains { session in turns.contains { session.turns[$0] != nil } }
        }
    }

    package func fork(_ first: TurnID, _ second: TurnID, of session: SessionID) async throws -> TurnRow? {
        let one = try await line(to: first, of: session, depths: 0..<Int.max)
        let other = try await line(to: second, of: session, depths: 0..<Int.max)
        return zip(one, other).filter { $0.id == $1.id }.last?.0
    }

    package func lineEnd(through turn: TurnID, of session: SessionID) async throws -> TurnID {
        let left = try await line(to: turn, of: session, depths: 0..<Int.max).filter { $0.leftSeq != nil }
        for row in left.sorted(by: { $0.leftSeq ?? 0 > $1.leftSeq ?? 0 }) {
            guard let tip = row.tipID, try await line(to: tip, of: session, depths: 0..<Int.max).contains(where: { $0.id == turn }) else { continue }
            return tip
        }
        return turn
    }

    package func superseding(_ turns: [TurnID], onLineTo head: TurnID, of session: SessionID) async throws -> [TurnID: TurnID] {
        let line = try await line(to: head, of: session, depths: 0..<Int.max)
        var found: [TurnID: TurnID] = [:]
        for turn in turns where !line.contains(where: { $0.id == turn }) {
            let fork = try await fork(turn, head, of: session)
            let depth = fork.map { $0.depth + 1 } ?? 0
            if depth < line.count { found[turn] = line[depth].id }
        }
        return found
    }

    package func versions(of turns: [TurnRow]) async throws -> [TurnRow] {
        try read { state in
            let all = Dictionary(grouping: turns.first.flatMap { state.sessions[$0.sessionID]?.timeline } ?? [], by: VersionPlace.init)
            let found = Dictionary(grouping: turns, by: VersionPlace.init).flatMap { place, turns -> [TurnRow] in
                let (versions, positions) = (all[place] ?? [], turns.map(\.position))
                let (first, last) = (positions.min() ?? 0, positions.max() ?? 0)
                let start = versions.count { $0.position < first } - NearVersions.limit
                let end = versions.count { $0.position <= last } + NearVersions.limit
                return Array(versions[max(0, start)..<min(versions.count, end)])
            }
            return found.sorted { $0.position < $1.position }
        }
    }

    package func session(sharedBy digest: String) async throws -> SessionRow? {
        try read { $0.sessions.values.compactMap(\.row).first { $0.share?.digest == digest && $0.isWhole } }
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
            let rated = sessions.flatMap { session in
                session.timeline.filter { $0.rating != nil && $0.ratedSeq ?? 0 > session.row?.copiedEvents ?? 0 }
            }.sorted { $0.id < $1.id }
            return Array(rated.drop { row in turn.map { row.id <= $0 } ?? false }.prefix(limit))
        }
    }
}
