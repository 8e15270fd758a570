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
}
