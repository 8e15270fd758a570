import Conversation
import GRDB
import TimeOrdered

/// What a log's file says of sessions that were deleted, to tell a deletion from a log that was cut off. Whoever changes the file can
/// write a tombstone, and the next checkpoint takes it in: neither is believed by itself.
///
/// A session is deleted in one way alone, whoever asks for it: a person, the deletion of its user, or an import or copy that broke off and is
/// forgotten at once or at the next start. In one commit its events go, its tombstone says what the last of them was, and its workspace's log
/// gets the record `session_deleted`. (What is ephemeral was never in the log.) So an honest deletion has its record, in a chain whose heads
/// checkpoints hold too. The first versions deleted without one: a checkpoint from before any record is believed alone, as no new one can be
/// put among the old.
struct DeletedSessions {
    /// What the session's last event was.
    private struct Ending: Hashable {
        let seq: Int
        let hash: String
    }

    private var tombstones: [UUIDv7: Ending] = [:]
    /// What checkpoints say, and when each that says it was made.
    private var inCheckpoints: [UUIDv7: (ending: Ending, time: Timestamp?)] = [:]
    /// Sessions of whose deletion there is a record.
    private var recorded: Set<UUIDv7> = []
    private var firstRecord: Timestamp?

    init(_ database: Database) throws {
        let rows = try Row.fetchCursor(database, sql: "SELECT \(StoredHead.columns) FROM tombstones")
        while let row = try rows.next() {
            let head = StoredHead(row: row)
            // One that cannot be read explains nothing.
            if let session = head.session { tombstones[session] = Ending(seq: head.seq ?? 0, hash: head.hash?.hex ?? "") }
        }
    }

    /// - Parameter head: of a session that a checkpoint says was deleted.
    mutating func take(_ head: CheckpointHead, checkpointedAt time: Timestamp?) {
        inCheckpoints[head.session] = (Ending(seq: head.seq, hash: head.hash), time)
    }

    /// Takes in an audit record; they stand in workspaces' logs alone.
    /// - Parameter isWhole: the event is chained to those before it. Another says that there were records by then, and nothing else.
    mutating func take(_ event: StoredEvent, isWhole: Bool) {
        guard event.kind == EventKind.audit.rawValue else { return }
        if let time = event.createdAt { firstRecord = min(firstRecord ?? time, time) }
        guard isWhole, let payload = event.payload else { return }
        // reason: what cannot be read is no record
        guard case .audit(let record)? = try? EventPayload(kind: .audit, bytes: payload) else { return }
        if record.action == .sessionDeleted, record.targetKind == .session, let session = record.targetID { recorded.insert(session) }
    }

    /// Takes back what is said of a session that has events.
    /// - Returns: whether anything was.
    mutating func refute(_ session: UUIDv7) -> Bool {
        let (tombstone, ending) = (tombstones.removeValue(forKey: session), inCheckpoints.removeValue(forKey: session)?.ending)
        return tombstone != nil || ending != nil
    }

    /// Why the session's deletion does not explain that the event is gone; nil where it does.
    /// - Parameter head: the last that a checkpoint held while the session was there.
    func objection(to head: CheckpointHead) -> String? {
        let endings = [tombstones[head.session], inCheckpoints[head.session]?.ending].compactMap { $0 }
        guard let ending = endings.first else { return "a checkpoint holds this event, but the log ends before it" }
        guard recorded.contains(head.session) || isOlderThanRecords(head.session) else {
            return "a checkpoint holds this event, and no workspace's log has it that the session was deleted"
        }
        // More events may have come after the checkpoint, and before the deletion.
        let follows = ending.seq > head.seq || ending == Ending(seq: head.seq, hash: head.hash)
        guard follows, endings.allSatisfy({ $0 == ending }) else { return "a checkpoint holds this event, but not the session's deletion after it" }
        return nil
    }

    private func isOlderThanRecords(_ session: UUIDv7) -> Bool {
        guard let time = inCheckpoints[session]?.time else { return false }
        return firstRecord.map { time < $0 } ?? true
    }
}
