package import Conversation
import GRDB
import TimeOrdered

extension SQLiteLogStore {
    package func rebuild(repair: Bool) async throws -> RebuildReport {
        var report = try await reading { try Self.compare($0) }
        guard repair else { return report }
        for id in report.differing {
            do {
                // Forgotten after the commit too: an append in the same commit may have been remembered since.
                try await file.write(committed: { [self] in forget(id) }) { [self] database in
                    // Folded again: the session may have gone on since it was compared.
                    try FoldedSession(of: id, database).replaceRows(of: id, database)
                    forget(id)
                }
            } catch LogError.damaged(let session, let seq, let reason) {
                report.damaged.append(.init(session: session, seq: seq, reason: reason))
                report.differing.removeAll { $0 == id }
            }
        }
        return report
    }

    private static func compare(_ database: Database) throws -> RebuildReport {
        var report = RebuildReport()
        let ids = try DatabaseValue.fetchAll(
            database,
            sql: "SELECT session FROM events GROUP BY session UNION SELECT id FROM sessions UNION SELECT session FROM usage ORDER BY 1")
        // What is of no session is named by `verify`.
        for id in ids.compactMap({ UUIDv7.fromDatabaseValue($0) }) {
            report.sessions += 1
            do {
                let folded = try FoldedSession(of: id, database)
                report.turns += folded.turns.count
                if try !folded.equalsRows(of: id, database) { report.differing.append(id) }
            } catch LogError.damaged(let session, let seq, let reason) {
                // The others are looked at all the same: it is for a log that is damaged that this is asked for.
                report.damaged.append(.init(session: session, seq: seq, reason: reason))
            }
        }
        return report
    }
}

/// A session's rows as its log folds to them.
struct FoldedSession {
    let session: SessionRow?
    /// By position.
    let turns: [TurnRow]
    let usage: [StoredUsage]

    /// - Throws: `LogError.damaged` for a log that does not fold, and what SQLite says.
    init(of id: UUIDv7, _ database: Database) throws {
        var projection = SessionProjection()
        let turns = TurnTable()
        var usage = UsageFold()
        let rows = try Row.fetchCursor(
            database, sql: "SELECT \(LogEvent.columns) FROM events WHERE session = ? ORDER BY seq", arguments: [id])
        while let row = try rows.next() {
            do {
                let event = try LogEvent(row: row)
                let payload = try event.decodedPayload()
                for turn in try projection.apply(event, payload, turns: { turns.rows[$0] }) { turns.rows[turn.id] = turn }
                projection.settle()
                if let session = projection.session { usage.add(UsageRow.added(by: event, payload, in: session)) }
            } catch {
                if let error = error as? LogError, case .damaged = error { throw error }
                throw LogError.damaged(session: id, seq: (projection.session?.headSeq ?? 0) + 1, reason: "what it holds cannot be read")
            }
        }
        session = projection.session
        self.turns = turns.rows.values.sorted { $0.position < $1.position }
        self.usage = projection.session.map { session in usage.rows.map { StoredUsage(workspace: session.workspaceID, row: $0) } } ?? []
    }

    /// Whether the rows that are there are these.
    func equalsRows(of id: UUIDv7, _ database: Database) throws -> Bool {
        do {
            let turns = try TurnRow.fetch(database, sql: "SELECT * FROM turns WHERE session = ? ORDER BY position", arguments: [id])
            guard turns == self.turns, try StoredUsage.all(of: id, database) == usage else { return false }
            return try SQLiteLogStore.session(id, database) == session
        } catch let error where !(error is DatabaseError) {
            // A row that cannot be read is another.
            return false
        }
    }

    /// Puts the rows in the place of those that are there.
    func replaceRows(of id: UUIDv7, _ database: Database) throws {
        try database.execute(sql: "DELETE FROM turns WHERE session = ?", arguments: [id])
        try database.execute(sql: "DELETE FROM sessions WHERE id = ?", arguments: [id])
        try database.execute(sql: "DELETE FROM usage WHERE session = ?", arguments: [id])
        try session?.save(database)
        for turn in turns { try turn.save(database) }
        if let session { try StoredUsage.add(usage.map(\.row), of: session, database) }
    }
}

/// The rows that were folded so far.
private final class TurnTable {
    var rows: [TurnID: TurnRow] = [:]
}
