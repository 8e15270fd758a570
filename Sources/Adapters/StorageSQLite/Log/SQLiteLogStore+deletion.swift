package import Conversation
import Foundation
import GRDB
package import TimeOrdered

extension SQLiteLogStore {
    package func delete(session: SessionID, of user: UUIDv7, recording record: AuditRecord) async throws -> Bool {
        let now = clock.now()
        let workspace = try await refusing {
            // Forgotten after the commit too: an append in the same commit may have been remembered since.
            try await file.write(committed: { [self] (workspace: UUIDv7?) in
                forget(session)
                if let workspace { forget(workspace) }
            }) { [self] database in
                guard let row = try Self.session(session, database), row.userID == user else { return nil }
                try remove(row, database)
                var record = record
                let usage = try StoredUsage.remove(of: session, database)
                record.usage = usage.isEmpty ? nil : usage
                let isNew = try !Self.hasBegun(row.workspaceID, database)
                _ = try append(AuditRecord.batch([record], in: row.workspaceID, isNew: isNew), database, now: now)
                return row.workspaceID
            }
        }
        if workspace != nil { await file.emptyWriteAheadLog() }
        return workspace != nil
    }

    package func forgetClaims(about id: UUIDv7) async throws {
        try await refusing { try await file.write { try Self.forgetClaims(about: id, $0) } }
    }

    /// What a claim speaks of goes with it (`ON DELETE CASCADE`), here and wherever claims go.
    static let claimDeletion = """
        DELETE FROM idempotency_claims WHERE (user, key) IN (SELECT user, key FROM claim_subjects WHERE subject = ?)
        """

    private static func forgetClaims(about id: UUIDv7, _ database: Database) throws {
        try database.execute(sql: claimDeletion, arguments: [id])
    }

    private func remove(_ row: SessionRow, _ database: Database) throws {
        let (seq, hash) = try Self.end(of: row, database)
        for table in ["events", "turns", "idempotency_claims"] {
            try database.execute(sql: "DELETE FROM \(table) WHERE session = ?", arguments: [row.id])
        }
        try Self.forgetClaims(about: row.id, database)
        try database.execute(sql: "DELETE FROM sessions WHERE id = ?", arguments: [row.id])
        try database.execute(
            sql: "INSERT OR REPLACE INTO tombstones (session, seq, hash) VALUES (?, ?, ?)",
            arguments: [row.id, seq, Data(hash.bytes)])
        forget(row.id)
    }

    /// What a session's log ends with. The log is the truth: what a damaged view says would accuse the log that was deleted.
    private static func end(of row: SessionRow, _ database: Database) throws -> (seq: Int, hash: EventHash) {
        // Without events nothing of the log was there to be deleted, whatever its checkpoints hold.
        guard let head = try StoredHead.last(of: row.id, database) else { return (0, .beginning(of: row.id)) }
        return (head.seq ?? row.headSeq, head.hash ?? row.headHash)
    }
}
