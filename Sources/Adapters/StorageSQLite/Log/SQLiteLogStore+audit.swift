package import Conversation
import Crypto
import Foundation
import GRDB
import JSON
import TimeOrdered

extension SQLiteLogStore {
    /// A session's last event, as a checkpoint holds it.
    private struct Head: Codable {
        let session: UUIDv7
        let seq: Int
        let hash: String
        /// The session was deleted after this event.
        let deleted: Bool
    }

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
        let hash = hash(number: number, previous: last?.bytes("hash") ?? [], createdAt: now, heads: bytes)
        try database.execute(
            sql: "INSERT INTO checkpoints (number, created_at, last_position, heads, hash) VALUES (?, ?, ?, ?, ?)",
            arguments: [number, now, max(after, position), Data(bytes), Data(hash)])
        return true
    }

    private static func changedHeads(_ database: Database, after position: Int64) throws -> [Head] {
        try Row.fetchAll(
            database,
            sql: """
                SELECT id, head_seq, head_hash FROM sessions
                WHERE id IN (SELECT DISTINCT session FROM events WHERE position > ?) ORDER BY id
                """, arguments: [position]
        ).map { Head(session: $0["id"], seq: $0["head_seq"], hash: EventHash(bytes: $0.bytes("head_hash")).hex, deleted: false) }
    }

    private static func deletedHeads(_ database: Database, checkpoint: Int) throws -> [Head] {
        let rows = try Row.fetchAll(database, sql: "SELECT session, seq, hash FROM tombstones WHERE checkpoint IS NULL ORDER BY session")
        try database.execute(sql: "UPDATE tombstones SET checkpoint = ? WHERE checkpoint IS NULL", arguments: [checkpoint])
        return rows.map { Head(session: $0["session"], seq: $0["seq"], hash: EventHash(bytes: $0.bytes("hash")).hex, deleted: true) }
    }

    private static func hash(number: Int, previous: [UInt8], createdAt: Timestamp, heads: [UInt8]) -> [UInt8] {
        var input: [UInt8] = []
        input.append(bigEndian: UInt64(bitPattern: Int64(number)))
        input.append(bigEndian: UInt64(bitPattern: createdAt.milliseconds))
        return Array(SHA256.hash(data: previous + input + heads))
    }

    // MARK: Verification

    package func verify() async throws -> VerificationReport {
        try await file.read { database in
            var report = VerificationReport()
            var heads = try Self.verifyCheckpoints(database, &report)
            try Self.verifyEvents(database, &heads, &report)
            for head in heads.values.sorted(by: { $0.session < $1.session }) {
                let deleted = try Row.fetchOne(database, sql: "SELECT 1 FROM tombstones WHERE session = ?", arguments: [head.session]) != nil
                if deleted || head.deleted { continue }
                report.problems.append(
                    .init(session: head.session, seq: head.seq, reason: "a checkpoint holds this event, but the log ends before it"))
            }
            return report
        }
    }

    /// The last head of each session that a checkpoint names.
    private static func verifyCheckpoints(_ database: Database, _ report: inout VerificationReport) throws -> [UUIDv7: Head] {
        var heads: [UUIDv7: Head] = [:]
        var previous: [UInt8] = []
        let rows = try Row.fetchCursor(database, sql: "SELECT * FROM checkpoints ORDER BY number")
        while let row = try rows.next() {
            report.checkpoints += 1
            let number: Int = row["number"]
            let bytes = row.bytes("heads")
            if row.bytes("hash") != hash(number: number, previous: previous, createdAt: row["created_at"], heads: bytes)
                || number != report.checkpoints
            {
                report.problems.append(.init(session: nil, seq: nil, reason: "checkpoint \(number) was changed, or one before it is missing"))
            }
            for head in (try? decodeJSON([Head].self, from: bytes)) ?? [] { heads[head.session] = head }  // reason: reported just above
            previous = row.bytes("hash")
        }
        return heads
    }

    private static func verifyEvents(_ database: Database, _ heads: inout [UUIDv7: Head], _ report: inout VerificationReport) throws {
        var session: UUIDv7?
        var previous = EventHash(bytes: [])
        var expected = 1
        let rows = try Row.fetchCursor(database, sql: "SELECT \(LogEvent.columns) FROM events ORDER BY session, seq")
        while let row = try rows.next() {
            let id: UUIDv7 = row["session"]
            let seq: Int = row["seq"]
            if id != session {
                session = id
                previous = .beginning(of: id)
                expected = 1
                report.sessions += 1
            }
            report.events += 1
            if seq != expected { report.problems.append(.init(session: id, seq: expected, reason: "the event is missing")) }
            let stored = EventHash(bytes: row.bytes("hash"))
            let actual = EventHash(
                after: previous, seq: seq, kind: row["kind"], group: row["event_group"], createdAt: row["created_at"], payload: row.bytes("payload"))
            if stored != actual, seq == expected { report.problems.append(.init(session: id, seq: seq, reason: "the event was changed")) }
            if let head = heads[id], head.seq == seq {
                if head.hash != stored.hex {
                    report.problems.append(.init(session: id, seq: seq, reason: "a checkpoint holds another event here"))
                }
                heads[id] = nil
            }
            previous = stored
            expected = seq &+ 1
        }
    }
}
