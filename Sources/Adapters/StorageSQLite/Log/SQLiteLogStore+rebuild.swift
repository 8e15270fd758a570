package import Conversation
import GRDB
import TimeOrdered

extension SQLiteLogStore {
    package func rebuild(repair: Bool) async throws -> RebuildReport {
        let report = try await file.read { try Self.compare($0) }
        guard repair else { return report }
        for id in report.differing {
            // Forgotten after the commit too: an append in the same commit may have been remembered since.
            try await file.write(committed: { [self] in forget(id) }) { [self] database in
                // Folded again: the session may have gone on since it was compared.
                try FoldedSession(of: id, database).replaceRows(of: id, database)
                forget(id)
            }
        }
        return report
    }

    private static func compare(_ database: Database) throws -> RebuildReport {
        var report = RebuildReport()
        let ids = try UUIDv7.fetchAll(
            database,
            sql: "SELECT session FROM events GROUP BY session UNION SELECT id FROM sessions UNION SELECT session FROM usage ORDER BY 1")
        for id in ids {
            let folded = try FoldedSession(of: id, database)
            report.sessions += 1
            report.turns += folded.turns.count
            let turns = try TurnRow.fetch(database, sql: "SELECT * FROM turns WHERE session = ? ORDER BY position", arguments: [id])
            let usage = try StoredUsage.all(of: id, database)
            if try session(id, database) == folded.session, turns == folded.turns, usage == folded.usage { continue }
            report.differing.append(id)
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

    init(of id: UUIDv7, _ database: Database) throws {
        var projection = SessionProjection()
        let turns = TurnTable()
        var usage = UsageFold()
        let rows = try Row.fetchCursor(
            database, sql: "SELECT \(LogEvent.columns) FROM events WHERE session = ? ORDER BY seq", arguments: [id])
        while let row = try rows.next() {
            let event = try LogEvent(row: row)
            let payload = try event.decodedPayload()
            for turn in try projection.apply(event, payload, turns: { turns.rows[$0] }) { turns.rows[turn.id] = turn }
            projection.settle()
            if let session = projection.session { usage.add(UsageRow.added(by: event, payload, in: session)) }
        }
        session = projection.session
        self.turns = turns.rows.values.sorted { $0.position < $1.position }
        self.usage = projection.session.map { session in usage.rows.map { StoredUsage(workspace: session.workspaceID, row: $0) } } ?? []
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
