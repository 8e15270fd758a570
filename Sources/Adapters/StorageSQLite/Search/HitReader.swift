import Conversation
import Foundation
import GRDB
import JSON
import TimeOrdered

/// Reads what the log has of messages and titles that were found: a page of them with one transaction, each session and each turn on the way
/// once, and of their rows what is told of them.
final class HitReader {
    private struct Session {
        let title: String
        /// What its lines end with.
        let heads: [TurnID]
        /// No turn of it was ever left: all of them stand on its line.
        let isOneLine: Bool
    }

    private struct Turn {
        let place: LineReader.Place
        let message: ConversationHit.Message
        let createdAt: Timestamp
    }

    private let database: Database
    private let user: UUIDv7
    private let lines: LineReader
    private var sessions: [SessionID: Session?] = [:]
    private var titles: [SessionID: Int64?] = [:]

    init(_ database: Database, user: UUIDv7) {
        self.database = database
        self.user = user
        lines = LineReader(database)
    }

    /// Nil where it is nobody's or somebody else's, not what its turn says, on none of its session's lines, not what the session is called any
    /// more, or not to be read.
    func hit(at position: Int64) throws -> ConversationHit? {
        guard let event = try event(at: position), let session = try session(event.sessionID) else { return nil }
        switch event.kind {
        case .userMessage, .assistantMessage:
            guard let turn = try turn(saying: event), try isOnAnyLine(turn.place, of: session), let text = words(of: event) else { return nil }
            return ConversationHit(
                position: position, sessionID: event.sessionID, title: session.title, message: turn.message, text: text,
                createdAt: turn.createdAt)
        default:
            guard words(of: event) == session.title, try titlePosition(of: event.sessionID, session.title) == position else { return nil }
            return ConversationHit(
                position: position, sessionID: event.sessionID, title: session.title, message: nil, text: session.title,
                createdAt: event.createdAt)
        }
    }

    private func words(of event: LogEvent) -> String? {
        // reason: an event that is damaged must not keep others from being found
        try? event.decodedPayload().words
    }

    /// Nil where it cannot be read, too: `verify` names it.
    private func event(at position: Int64) throws -> LogEvent? {
        let statement = try database.cachedStatement(sql: "SELECT \(LogEvent.columns) FROM events WHERE position = ?")
        do { return try statement.row([position], LogEvent.init) } catch is LogError { return nil }
    }

    private func session(_ id: SessionID) throws -> Session? {
        if let known = sessions[id] { return known }
        let statement = try database.cachedStatement(
            sql: """
                SELECT title, head_turn, branch, branches, EXISTS (SELECT 1 FROM turns WHERE session = sessions.id AND left_seq IS NOT NULL)
                FROM sessions WHERE id = ? AND user = ? AND \(SQLiteLogStore.isWhole)
                """)
        let session = try statement.row([id, user]) { row in
            let branch = String(blob: row[2])
            let branches = try (row[3] as Data?).map { try decodeJSON([Branch].self, from: Array($0)) } ?? []
            let heads = [row[1] as TurnID?] + branches.filter { $0.name != branch }.map(\.headTurnID)
            return Session(title: String(blob: row[0]), heads: heads.compactMap { $0 }, isOneLine: !row[4])
        }
        sessions[id] = .some(session)
        return session
    }

    /// The last event that says what a session is called: it may have been given that title before.
    private func titlePosition(of id: SessionID, _ title: String) throws -> Int64? {
        if let known = titles[id] { return known }
        let statement = try database.cachedStatement(
            sql: "SELECT position, \(LogEvent.columns) FROM events WHERE session = ? AND \(TitlesMigration.isTitle) ORDER BY seq DESC")
        let rows = try Row.fetchCursor(statement, arguments: [id])
        var position: Int64?
        while position == nil, let row = try rows.next() {
            // reason: what is left out is named by `verify`
            if let event = try? LogEvent(row: row), words(of: event) == title { position = row["position"] }
        }
        titles[id] = .some(position)
        return position
    }

    /// A turn's row names its event; it is among the last turns that began before that.
    private func turn(saying event: LogEvent) throws -> Turn? {
        let statement = try database.cachedStatement(
            sql: """
                SELECT \(LineReader.Place.columns), role, created_at FROM turns
                WHERE session = ? AND position <= ? AND content_seq = ? ORDER BY position DESC LIMIT 1
                """)
        return try statement.row([event.sessionID, event.seq, event.seq]) { row in
            let place = LineReader.Place(row)
            let message = ConversationHit.Message(turnID: place.id, role: TurnRow.Speaker(rawValue: row[4]) ?? .user)
            return Turn(place: place, message: message, createdAt: row[5])
        }
    }

    private func isOnAnyLine(_ turn: LineReader.Place, of session: Session) throws -> Bool {
        if session.isOneLine { return true }
        return try session.heads.contains { head in
            guard let last = try lines.place(of: head) else { return false }
            return try lines.walk.isOnLine(turn, to: last)
        }
    }
}
