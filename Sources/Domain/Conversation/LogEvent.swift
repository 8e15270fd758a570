import Crypto
package import TimeOrdered

/// One event of a session's log. Never changed once it is written.
package struct LogEvent: Sendable, Hashable {
    package let sessionID: SessionID
    /// From 1, without gaps.
    package let seq: Int
    package let kind: EventKind
    /// JSON as it is stored.
    package let payload: [UInt8]
    /// Events of one turn share a group; nil for what belongs to the session alone.
    package let group: GroupID?
    package let createdAt: Timestamp
    package let hash: EventHash

    package init(
        sessionID: SessionID, seq: Int, kind: EventKind, payload: [UInt8], group: GroupID?, createdAt: Timestamp, hash: EventHash
    ) {
        self.sessionID = sessionID
        self.seq = seq
        self.kind = kind
        self.payload = payload
        self.group = group
        self.createdAt = createdAt
        self.hash = hash
    }

    package func decodedPayload() throws -> EventPayload { try EventPayload(kind: kind, bytes: payload) }
}

/// What is to be appended.
package struct EventDraft: Sendable {
    package let payload: EventPayload
    package let group: GroupID?
    /// When it happened, where that is not now.
    package let createdAt: Timestamp?

    package init(_ payload: EventPayload, group: GroupID? = nil, createdAt: Timestamp? = nil) {
        self.payload = payload
        self.group = group
        self.createdAt = createdAt
    }
}

/// SHA-256 over the previous event's hash and this event, so that no event can be changed, moved or taken out unnoticed.
package struct EventHash: Sendable, Hashable {
    package let bytes: [UInt8]

    package init(bytes: [UInt8]) { self.bytes = bytes }

    /// What the first event of a session is chained to.
    package static func beginning(of session: SessionID) -> EventHash { EventHash(bytes: Array(SHA256.hash(data: session.bytes))) }

    /// Each part has a fixed length or its length before it, so that no two events give the same input.
    package init(after previous: EventHash, seq: Int, kind: String, group: GroupID?, createdAt: Timestamp, payload: [UInt8]) {
        var hasher = SHA256()
        hasher.update(data: previous.bytes)
        var head: [UInt8] = []
        head.reserveCapacity(64)
        head.append(bigEndian: UInt64(bitPattern: Int64(seq)))
        head.append(bigEndian: UInt64(bitPattern: createdAt.milliseconds))
        head.append(bigEndian: group?.high ?? 0)
        head.append(bigEndian: group?.low ?? 0)
        head.append(UInt8(truncatingIfNeeded: kind.utf8.count))
        head.append(contentsOf: kind.utf8)
        hasher.update(data: head)
        hasher.update(data: payload)
        bytes = Array(hasher.finalize())
    }

    package var hex: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}

extension [UInt8] {
    package mutating func append(bigEndian value: UInt64) {
        for shift in stride(from: 56, through: 0, by: -8) { append(UInt8(truncatingIfNeeded: value >> UInt64(shift))) }
    }
}
