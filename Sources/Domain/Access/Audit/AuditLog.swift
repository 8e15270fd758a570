package import Conversation
package import JSON
package import TimeOrdered

/// One line of a workspace's log.
package struct AuditEntry: Sendable, Hashable {
    package let seq: Int
    package let createdAt: Timestamp
    package let record: AuditRecord

    package init(seq: Int, createdAt: Timestamp, record: AuditRecord) {
        self.seq = seq
        self.createdAt = createdAt
        self.record = record
    }
}

/// Who did what in a workspace. Changes of access write their records in their own transaction; this is for what other stores did, and
/// for reading.
package struct AuditLog: Sendable {
    private let store: any AccessStore
    private let log: any LogStore

    package init(store: any AccessStore, log: any LogStore) {
        self.store = store
        self.log = log
    }

    /// Records what an asker did.
    package func record(
        _ action: AuditAction, of kind: AuditRecord.TargetKind, _ target: UUIDv7?, by asker: Asker, from address: String?,
        details: JSONObject = [:]
    ) async throws {
        let record = asker.record(action, of: kind, target, from: address, details: details)
        try await store.write { try $0.record(record, in: asker.workspaceID) }
    }

    /// The newest first; a cursor is the seq of the last entry that was shown.
    /// - Throws: `AccessError.forbidden` for anybody but the owner and admins, by a credential that reaches so far.
    package func entries(_ page: PageRequest, for asker: Asker) async throws -> Page<AuditEntry> {
        guard asker.role.manages, asker.may(.admin) else { throw AccessError.forbidden(reason: "Only the owner and admins read what was done.") }
        let workspace = asker.workspaceID
        guard let session = try await log.session(workspace, of: workspace) else { return Page(items: [], next: nil) }
        let before = min(try page.number(from: session.headSeq + 1), session.headSeq + 1)
        // Seqs have no gaps; the first event is the log's beginning.
        let last = before - 1 - min(page.offset, before)
        guard last >= 2 else { return Page(items: [], next: nil) }
        let seqs = Array(max(2, last - page.limit + 1)...last)
        let events = try await log.events(of: workspace, seqs: seqs)
        let items = try events.reversed().compactMap { event -> AuditEntry? in
            guard case .audit(let record) = try event.decodedPayload() else { return nil }
            return AuditEntry(seq: event.seq, createdAt: event.createdAt, record: record)
        }
        return Page(items: items, next: (seqs.first ?? 2) > 2 ? items.last.map { "\($0.seq)" } : nil)
    }
}

extension Asker {
    /// What they did, for the workspace's log.
    package func record(
        _ action: AuditAction, of kind: AuditRecord.TargetKind, _ target: UUIDv7?, from address: String?, details: JSONObject = [:]
    ) -> AuditRecord {
        AuditRecord(
            actorID: userID, actorCredential: credential.text, action: action, targetKind: kind, targetID: target, address: address,
            details: details)
    }
}
