import Conversation
import Foundation
import GRDB
import TimeOrdered

/// A row of `events` as it stands in the file, which may be damaged: what is not as it was written is nil, and nothing of it is fatal.
struct StoredEvent {
    /// Text is cut at NUL when it is read, and bytes that are no UTF-8 are mended: the kind is compared with its bytes.
    static let columns = "session, seq, kind, CAST(kind AS BLOB) AS kind_bytes, payload, event_group, created_at, hash"

    let session: UUIDv7?
    let seq: Int?
    let kind: String?
    let payload: [UInt8]?
    /// Nil where the group cannot be read; a group of nil is none.
    let group: GroupID??
    let createdAt: Timestamp?
    let hash: EventHash?

    /// - Parameter row: without `kind_bytes` the kind is taken as it is read.
    init(row: Row) {
        session = row.stored("session").flatMap { UUIDv7(bytes: $0) }
        seq = row.storedInteger("seq").flatMap { Int(exactly: $0) }
        kind = row.storedKind
        payload = row.stored("payload").map { Array($0) }
        group = row.storedGroup
        createdAt = row.storedInteger("created_at").map(Timestamp.init(milliseconds:))
        hash = row.storedHash
    }

    /// What its hash must be where it follows this one; nil where a column cannot be read.
    func hash(after previous: EventHash) -> EventHash? {
        guard let seq, let kind, let group, let createdAt, let payload else { return nil }
        return EventHash(after: previous, seq: seq, kind: kind, group: group, createdAt: createdAt, payload: payload)
    }
}

/// A session's last event, as `events` or `tombstones` has it, read in the same way.
struct StoredHead {
    static let columns = "session, seq, hash"

    let session: UUIDv7?
    let seq: Int?
    let hash: EventHash?

    /// - Parameter row: of these columns.
    init(row: Row) {
        session = row.stored("session").flatMap { UUIDv7(bytes: $0) }
        seq = row.storedInteger("seq").flatMap { Int(exactly: $0) }
        hash = row.storedHash
    }

    /// What a session's log ends with, by one step into an index; nil where it has no events.
    static func last(of session: UUIDv7, _ database: Database) throws -> StoredHead? {
        let statement = try database.cachedStatement(sql: "SELECT \(columns) FROM events WHERE session = ? ORDER BY seq DESC LIMIT 1")
        return try Row.fetchOne(statement, arguments: [session]).map(StoredHead.init)
    }

    /// Whether the view ends with this event. Where the event's hash cannot be read, the view's is the only one left.
    func isHead(of row: SessionRow) -> Bool { seq == row.headSeq && (hash == nil || hash == row.headHash) }

    /// Nil where a column cannot be read.
    func inCheckpoint(deleted: Bool) -> CheckpointHead? {
        guard let session, let seq, let hash else { return nil }
        return CheckpointHead(session: session, seq: seq, hash: hash.hex, deleted: deleted)
    }
}

/// A row of `checkpoints`, read in the same way.
struct StoredCheckpoint {
    let number: Int?
    let heads: [UInt8]?
    let hash: [UInt8]?
    let createdAt: Timestamp?

    init(row: Row) {
        number = row.storedInteger("number").flatMap { Int(exactly: $0) }
        heads = row.stored("heads").map { Array($0) }
        hash = row.stored("hash").map { Array($0) }
        createdAt = row.storedInteger("created_at").map(Timestamp.init(milliseconds:))
    }

    /// What its hash must be where it follows this one; nil where a column cannot be read.
    func hash(after previous: [UInt8]) -> [UInt8]? {
        guard let number, let heads, let createdAt else { return nil }
        return LogVerification.hash(number: number, previous: previous, createdAt: createdAt, heads: heads)
    }
}

extension EventHash {
    /// Bytes of a SHA-256.
    static let size = 32
}

extension Row {
    /// A blob; nil for anything else.
    fileprivate func stored(_ column: String) -> Data? {
        if case .blob(let bytes) = storage(column) { bytes } else { nil }
    }

    fileprivate func storedInteger(_ column: String) -> Int64? {
        if case .int64(let number) = storage(column) { number } else { nil }
    }

    fileprivate var storedHash: EventHash? {
        stored("hash").flatMap { $0.count == EventHash.size ? EventHash(bytes: Array($0)) : nil }
    }

    fileprivate var storedKind: String? {
        guard case .string(let text) = storage("kind") else { return nil }
        guard hasColumn("kind_bytes") else { return text }
        guard let bytes = stored("kind_bytes"), text.utf8.elementsEqual(bytes) else { return nil }
        return text
    }

    /// No group has the number 0, which counts as none in a hash.
    fileprivate var storedGroup: GroupID?? {
        switch storage("event_group") {
        case .null: return .some(nil)
        case .blob(let bytes):
            guard let group = UUIDv7(bytes: bytes), group != UUIDv7(high: 0, low: 0) else { return nil }
            return .some(group)
        case .int64, .double, .string: return nil
        }
    }

    private func storage(_ column: String) -> DatabaseValue.Storage { (self[column] as DatabaseValue).storage }
}
