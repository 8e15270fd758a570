import Conversation
import GRDB
import TimeOrdered

/// Reads what the log has of messages that were found: a page of them with one transaction, each session and each turn on the way once.
final class HitReader {
    private let database: Database
    private let user: UUIDv7
    private let lines: LineReader
    private var sessions: [SessionID: SessionRow?] = [:]

    init(_ database: Database, user: UUIDv7) {
        self.database = database
        self.user = user
        lines = LineReader(database)
    }

    /// Nil where it is nobody's or somebody else's, not what its turn says, on none of its session's lines, or not to be read.
    func hit(at position: Int64) throws -> ConversationHit? {
        guard let event = try event(at: position), let session = try session(event.sessionID), let turn = try turn(saying: event),
            try isOnAnyLine(turn, of: session),
            // reason: an event that is damaged must not keep others from being found
            let text = try? event.decodedPayload().words
        else { return nil }
        return ConversationHit(position: position, session: session, turn: turn, text: text)
    }

    /// Nil where it cannot be read, too: `verify` names it.
    private func event(at position: Int64) throws -> LogEvent? {
        do {
            return try LogEvent.fetch(database, sql: "SELECT * FROM events WHERE position = ?", arguments: [position]).first
        } catch is LogError {
            return nil
        }
    }

    private func session(_ id: SessionID) throws -> SessionRow? {
        if let known = sessions[id] { return known }
        let row = try SQLiteLogStore.session(id, database).flatMap { $0.userID == user && $0.isWhole ? $0 : nil }
        sessions[id] = .some(row)
        return row
    }

    /// A turn's row names its event; it is among the last turns that began before that.
    private func turn(saying event: LogEvent) throws -> TurnRow? {
        try TurnRow.fetch(
            database, sql: "SELECT * FROM turns WHERE session = ? AND position <= ? AND content_seq = ? ORDER BY position DESC LIMIT 1",
            arguments: [event.sessionID, event.seq, event.seq]
        ).first
    }

    private func isOnAnyLine(_ turn: TurnRow, of session: SessionRow) throws -> Bool {
        let heads = [session.headTurnID] + session.branches.lazy.filter { $0.name != session.branch }.map(\.headTurnID)
        for case let id? in heads {
            if let head = try lines.place(of: id), try lines.walk.isOnLine(LineReader.Place(turn), to: head) { return true }
        }
        return false
    }
}
