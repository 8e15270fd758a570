import Conversation
import Foundation
import GRDB
import TimeOrdered

/// An event with somebody's words in it.
struct LoggedWords: Sendable {
    let position: Int64
    let userID: UUIDv7
    let event: LogEvent
}

/// A place in the log, by which a log that was put in another's place is noticed.
struct LogPlace: Sendable, Hashable {
    let position: Int64
    let hash: EventHash
}

/// A part of the log.
struct LoggedSlice: Sendable {
    let words: [LoggedWords]
    /// The last event that was looked at; nil where the log is empty.
    let end: LogPlace?
    /// There may be more after it.
    let goesOn: Bool
}

/// The log as an index of its words reads it: over all sessions, in the order of their commits. One connection writes, so no event appears
/// before another that is there already.
extension SQLiteLogStore {
    /// What holds words.
    private static let kinds: [EventKind] = [.userMessage, .assistantMessage, .sessionUpdated, .titleMade]

    /// What users and assistants said, and what sessions were called, after a position. A workspace's own log, whose user it is itself, is
    /// nobody's conversation. A row that cannot be read is left out, and keeps none behind it from being found; `verify` names it.
    /// - Parameters:
    ///   - limit: events at the most.
    ///   - bytes: once payloads have so many, no further one is read.
    func words(after position: Int64, limit: Int, bytes: Int) async throws -> LoggedSlice {
        try await reading { database in
            let last = try Row.fetchOne(database.cachedStatement(sql: "SELECT position, hash FROM events ORDER BY position DESC LIMIT 1"))
            let statement = try database.cachedStatement(
                sql: """
                    SELECT events.*, sessions.user AS session_user
                    FROM events CROSS JOIN sessions ON sessions.id = events.session
                    WHERE events.position > ? AND events.kind IN (?, ?, ?, ?) AND sessions.user <> sessions.workspace
                    ORDER BY events.position
                    """)
            let rows = try Row.fetchCursor(statement, arguments: [position] + StatementArguments(Self.kinds.map(\.rawValue)))
            var words: [LoggedWords] = []
            var size = 0
            while words.count < limit, size < bytes, let row = try rows.next() {
                // reason: what is left out is named by `verify`
                guard let event = try? LogEvent(row: row), let user = UUIDv7.fromDatabaseValue(row["session_user"]) else { continue }
                size += event.payload.count
                words.append(LoggedWords(position: row["position"], userID: user, event: event))
            }
            if let cut = words.last, words.count == limit || size >= bytes {
                return LoggedSlice(words: words, end: LogPlace(position: cut.position, hash: cut.event.hash), goesOn: true)
            }
            let end = last.map { LogPlace(position: $0["position"], hash: Self.storedHash($0["hash"])) }
            return LoggedSlice(words: words, end: end, goesOn: false)
        }
    }

    /// The last event of all; 0 where there is none.
    func lastPosition() async throws -> Int64 {
        try await reading { try Int64.fetchOne($0.cachedStatement(sql: "SELECT max(position) FROM events")) ?? 0 }
    }

    /// Whether a view that ends here can be one of this log. Where its last event was deleted since, the log has been that far at least.
    func hasReached(_ place: LogPlace) async throws -> Bool {
        try await reading { database in
            let sql = "SELECT hash FROM events WHERE position = ?"
            if let hash = try DatabaseValue.fetchOne(database, sql: sql, arguments: [place.position]) { return Self.storedHash(hash) == place.hash }
            let last = try Int64.fetchOne(database, sql: "SELECT seq FROM sqlite_sequence WHERE name = 'events'")
            return last ?? 0 >= place.position
        }
    }

    /// The messages and titles at these positions that are a user's, in the order of the positions, until there are so many.
    func hits(at positions: [Int64], of user: UUIDv7, limit: Int) async throws -> [ConversationHit] {
        try await reading { database in
            let reader = HitReader(database, user: user)
            var hits: [ConversationHit] = []
            for position in positions where hits.count < limit {
                if let hit = try reader.hit(at: position) { hits.append(hit) }
            }
            return hits
        }
    }

    /// Of no bytes where it is no hash, as that of the last event may be.
    private static func storedHash(_ value: DatabaseValue) -> EventHash {
        EventHash(bytes: Data.fromDatabaseValue(value).map { Array($0) } ?? [])
    }
}
