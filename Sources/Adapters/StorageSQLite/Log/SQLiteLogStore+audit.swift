package import Conversation
import Foundation
import GRDB
import JSON
import TimeOrdered

extension SQLiteLogStore {
    // MARK: Checkpoints

    package func checkpoint() async throws -> Bool {
        let now = clock.now()
        return try await refusing { try await file.write { try Self.addCheckpoint($0, now: now) } }
    }

    private static func addCheckpoint(_ database: Database, now: Timestamp) throws -> Bool {
        let last = try Row.fetchOne(database, sql: "SELECT * FROM checkpoints ORDER BY number DESC LIMIT 1")
        let after: Int64 = last?["last_position"] ?? 0
        let position = try Int64.fetchOne(database, sql: "SELECT max(position) FROM events") ?? after
        let number = (last?["number"] as Int? ?? 0) + 1
        let heads = try changedHeads(database, after: after) + deletedHeads(database, checkpoint: number)
        guard !heads.isEmpty else { return false }
        let bytes = try encodeJSON(heads)
        let hash = LogVerification.hash(number: number, previous: last?.bytes("hash") ?? [], createdAt: now, heads: bytes)
        try database.execute(
            sql: "INSERT INTO checkpoints (number, created_at, last_position, heads, hash) VALUES (?, ?, ?, ?, ?)",
            arguments: [number, now, max(after, position), Data(bytes), Data(hash)])
        return true
    }

    private static func changedHeads(_ database: Database, after position: Int64) throws -> [CheckpointHead] {
        try Row.fetchAll(
            database,
            sql: """
                SELECT id, head_seq, head_hash FROM sessions
                WHERE id IN (SELECT DISTINCT session FROM events WHERE position > ?) ORDER BY id
                """, arguments: [position]
        ).map { CheckpointHead(session: $0["id"], seq: $0["head_seq"], hash: EventHash(bytes: $0.bytes("head_hash")).hex, deleted: false) }
    }

    private static func deletedHeads(_ database: Database, checkpoint: Int) throws -> [CheckpointHead] {
        let rows = try Row.fetchAll(database, sql: "SELECT session, seq, hash FROM tombstones WHERE checkpoint IS NULL ORDER BY session")
        try database.execute(sql: "UPDATE tombstones SET checkpoint = ? WHERE checkpoint IS NULL", arguments: [checkpoint])
        return rows.map { CheckpointHead(session: $0["session"], seq: $0["seq"], hash: EventHash(bytes: $0.bytes("hash")).hex, deleted: true) }
    }

    // MARK: Verification

    package func verify() async throws -> VerificationReport { try await file.read { try LogVerification.report(on: $0) } }

    // MARK: Rebuilding

    package func rebuild(repair: Bool) async throws -> RebuildReport {
        let report = try await file.read { try Self.compare($0) }
        guard repair else { return report }
        for id in report.differing {
            // Forgotten after the commit too: an append in the same commit may have been remembered since.
            try await file.write(committed: { [self] in forget(id) }) { [self] database in
                // Folded again: the session may have gone on since it was compared.
                let folded = try Self.fold(id, database)
                try database.execute(sql: "DELETE FROM turns WHERE session = ?", arguments: [id])
                try database.execute(sql: "DELETE FROM sessions WHERE id = ?", arguments: [id])
                try database.execute(sql: "DELETE FROM usage WHERE session = ?", arguments: [id])
                try folded.session?.save(database)
                for turn in folded.turns { try turn.save(database) }
                if let session = folded.session { try StoredUsage.add(folded.usage.map(\.row), of: session, database) }
                forget(id)
            }
        }
        return report
    }

    private struct FoldedSession {
        let session: SessionRow?
        let turns: [TurnRow]
        let usage: [StoredUsage]
    }

    private static func compare(_ database: Database) throws -> RebuildReport {
        var report = RebuildReport()
        let ids = try UUIDv7.fetchAll(
            database,
            sql: "SELECT session FROM events GROUP BY session UNION SELECT id FROM sessions UNION SELECT session FROM usage ORDER BY 1")
        for id in ids {
            let folded = try fold(id, database)
            report.sessions += 1
            report.turns += folded.turns.count
            let turns = try TurnRow.fetch(database, sql: "SELECT * FROM turns WHERE session = ? ORDER BY position", arguments: [id])
            let usage = try StoredUsage.all(of: id, database)
            if try session(id, database) == folded.session, turns == folded.turns, usage == folded.usage { continue }
            report.differing.append(id)
        }
        return report
    }

    private static func fold(_ id: UUIDv7, _ database: Database) throws -> FoldedSession {
        var projection = SessionProjection()
        var turns: [UUIDv7: TurnRow] = [:]
        var usage = UsageFold()
        let rows = try Row.fetchCursor(
            database, sql: "SELECT \(LogEvent.columns) FROM events WHERE session = ? ORDER BY seq", arguments: [id])
        while let row = try rows.next() {
            let event = try LogEvent(row: row)
            let payload = try event.decodedPayload()
            if let turn = try projection.apply(event, payload) { turns[turn.id] = turn }
            if let user = projection.session?.userID { usage.add(UsageRow.added(by: event, payload, user: user)) }
        }
        let stored = projection.session.map { session in usage.rows.map { StoredUsage(workspace: session.workspaceID, row: $0) } }
        return FoldedSession(
            session: projection.session, turns: turns.values.sorted { $0.position < $1.position }, usage: stored ?? [])
    }
}
