import Conversation
import Testing
import TimeOrdered

/// No event can be changed, moved or taken out unnoticed, in this version and in those that come.
struct EventHashTests {
    private let session = UUIDv7(high: 0x0190_163d_8694_739b, low: 0xaea5_966c_26f8_ad91)
    private let group = UUIDv7(high: 0x0190_0001_0002_7003, low: 0x0004_0005_0006_0007)

    /// Made with Python's `hashlib`, from what the documentation says:
    ///
    ///     begin = sha256(bytes.fromhex("0190163d8694739baea5966c26f8ad91")).digest()
    ///     one = sha256(begin + pack(">Qq", 1, 1750000000123) + bytes.fromhex("01900001000270030004000500060007")
    ///         + bytes([12]) + b"message.user" + '{"turn_id":"t","content":"🍊"}'.encode()).digest()
    ///     two = sha256(one + pack(">Qq", 2, 1750000000456) + bytes(16) + bytes([12]) + b"group.closed" + b'{"outcome":"complete"}')
    @Test func theChainIsWhatAnotherProgramComputes() {
        let begin = EventHash.beginning(of: session)
        #expect(begin.hex == "27e92014ce23da3e3b3a7122c8b8091ca592880efa39c13f53deee907b26959a")
        let one = EventHash(
            after: begin, seq: 1, kind: "message.user", group: group, createdAt: Timestamp(milliseconds: 1_750_000_000_123),
            payload: Array(#"{"turn_id":"t","content":"🍊"}"#.utf8))
        #expect(one.hex == "38da7f477b9616b524f75796c3af894b10ccb4bd8444361ecb9a133a59328ac0")
        let two = EventHash(
            after: one, seq: 2, kind: "group.closed", group: nil, createdAt: Timestamp(milliseconds: 1_750_000_000_456),
            payload: Array(#"{"outcome":"complete"}"#.utf8))
        #expect(two.hex == "ede93b99536ac858af02917e6baf3e92c84455ca7c540c24bb6a229be7dedb56")
    }

    @Test func aChangeOfAnyPartChangesIt() {
        let begin = EventHash.beginning(of: session)
        let time = Timestamp(milliseconds: 1_000)
        func hash(
            after: EventHash? = nil, seq: Int = 1, kind: String = "ab", group: GroupID? = nil, at: Timestamp? = nil, payload: String = "cd"
        ) -> EventHash {
            EventHash(after: after ?? begin, seq: seq, kind: kind, group: group, createdAt: at ?? time, payload: Array(payload.utf8))
        }
        let changed = [
            hash(), hash(after: .beginning(of: group)), hash(seq: 2), hash(seq: 1 << 32 | 1), hash(kind: "ac"), hash(kind: "aB"), hash(group: group),
            hash(group: session), hash(group: UUIDv7(high: group.low, low: group.high)), hash(at: time.advanced(by: 1)),
            hash(at: Timestamp(milliseconds: -1_000)), hash(payload: "cd "), hash(payload: "c"), hash(payload: ""), hash(payload: "cd\u{0}"),
            // The border between kind and payload does not move.
            hash(kind: "abc", payload: "d"), hash(kind: "a", payload: "bcd"), hash(kind: "", payload: "abcd"),
        ]
        #expect(Set(changed).count == changed.count)
        #expect(hash() == hash())
        #expect(changed.allSatisfy { $0.bytes.count == 32 })
    }

    @Test func sessionsBeginApart() {
        let sessions = [session, group, UUIDv7(high: session.high, low: session.low ^ 1), UUIDv7(high: session.low, low: session.high)]
        #expect(Set(sessions.map(EventHash.beginning(of:))).count == sessions.count)
    }

    @Test func hexHasTwoDigitsAByte() {
        #expect(EventHash(bytes: [0, 1, 0x0a, 0x9f, 0xff]).hex == "00010a9fff")
        #expect(EventHash(bytes: []).hex.isEmpty)
    }
}
