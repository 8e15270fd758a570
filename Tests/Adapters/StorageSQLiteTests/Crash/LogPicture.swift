import Access
import Conversation
import TimeOrdered

/// All that a log holds of one user and their workspace.
struct LogPicture: Sendable, Equatable {
    /// More than any test appends.
    private static let all = 100_000

    struct Session: Sendable, Equatable {
        let row: SessionRow
        let events: [LogEvent]
        /// On whatever line, by position.
        let turns: [TurnRow]
        /// The ids of the current line.
        let line: [TurnID]
    }

    private(set) var sessions: [SessionID: Session] = [:]
    /// The keys under which a request is remembered.
    private(set) var claims: Set<String> = []

    /// - Parameter keys: those that were used.
    init(_ log: any LogStore, of asker: Asker, keys: [String]) async throws {
        for user in [asker.userID, asker.workspaceID] {
            for row in try await log.sessions(of: user, PageRequest(limit: Self.all)).items {
                sessions[row.id] = Session(
                    row: row, events: try await log.events(of: row.id, after: 0, limit: Self.all),
                    turns: try await log.turns(of: row.id, after: 0, limit: Self.all),
                    line: try await log.lastTurns(of: row, limit: row.messageCount).map(\.id))
            }
        }
        for key in keys {
            let claim = try await log.idempotencyClaim(of: asker.userID, key: key)
            if claim != nil { claims.insert(key) }
        }
    }

    /// The session that is another one than in a picture before.
    func changed(since before: LogPicture) -> SessionID? {
        Set(sessions.keys).union(before.sessions.keys).sorted().first { sessions[$0] != before.sessions[$0] }
    }

    func others(than session: SessionID) -> [SessionID: Session] { sessions.filter { $0.key != session } }
}

extension LogPicture.Session {
    /// What a turn says; nil while that is not in the log.
    func message(of turn: TurnID) throws -> AssistantMessage? {
        for event in events where event.group == turn {
            if case .assistantMessage(let message) = try event.decodedPayload() { return message }
        }
        return nil
    }
}
