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
        // Of the events and not of the views, which may be wrong: a checkpoint stays for good. Each session's last event is one step into
        // an index (`CROSS JOIN` keeps the order, and `+` the walk over new events alone: the index of all would be read otherwise).
        try Row.fetchAll(
            database,
            sql: """
                SELECT events.session AS session, events.seq AS seq, events.hash AS hash
                FROM (SELECT DISTINCT +session AS session FROM events WHERE position > ?) AS changed
                CROSS JOIN events ON events.session = changed.session
                    AND events.seq = (SELECT max(seq) FROM events WHERE session = changed.session)
                ORDER BY events.session
                """, arguments: [position]
        ).compactMap { StoredHead(row: $0).inCheckpoint(deleted: false) }
    }

    private static func deletedHeads(_ database: Database, checkpoint: Int) throws -> [CheckpointHead] {
        // What still has events was not deleted by us: `verify` names it, and no checkpoint says it for good.
        let isNew = "checkpoint IS NULL AND NOT EXISTS (SELECT 1 FROM events WHERE events.session = tombstones.session)"
        let rows = try Row.fetchAll(database, sql: "SELECT \(StoredHead.columns) FROM tombstones WHERE \(isNew) ORDER BY session")
        try database.execute(sql: "UPDATE tombstones SET checkpoint = ? WHERE \(isNew)", arguments: [checkpoint])
        return rows.compactMap { StoredHead(row: $0).inCheckpoint(deleted: true) }
    }

    // MARK: Verification

    package func verify() async throws -> VerificationReport { try await reading { try LogVerification.report(on: $0) } }
}
