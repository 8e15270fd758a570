import Conversation
import ConversationTesting
import Foundation
import GRDB
import JSON
import Synchronization
import TestSupport
import Testing
import TimeOrdered

@testable import StorageSQLite

/// Whoever changes the file of the log is told on, event by event, and nobody else is.
struct LogTamperTests {
    private let temporary = TemporaryFolder()
    private let ids: UUIDv7Generator
    private let clock = ManualClock()
    private let log: SQLiteLogStore

    init() throws {
        let random = Mutex(SeededRandom(seed: 11))
        ids = UUIDv7Generator(clock: clock.wallClock, random: { random.withLock { $0.next() } })
        log = try SQLiteLogStore(DataDirectory(path: temporary.path), clock: clock.wallClock)
    }

    /// A session with this many turns of five events after its first.
    private func session(turns: Int) async throws -> SessionID {
        let session = ids.next()
        let created = SessionCreated(
            userID: ids.next(), workspaceID: ids.next(), kind: .chat, title: "Loquats", collectionID: nil, metadata: [:])
        _ = try await log.append(AppendBatch(sessionID: session, drafts: [EventDraft(.sessionCreated(created))]))
        for _ in 0..<turns {
            clock.advance(by: 1_000)
            _ = try await log.append(AppendBatch(sessionID: session, drafts: SampleTurn(ids).whole))
        }
        return session
    }

    private struct Undo: Error {}

    /// What verifying finds after a change, which is then undone.
    private func problems(after change: @escaping @Sendable (Database) throws -> Void) async throws -> [VerificationReport.Problem] {
        let found = Mutex<VerificationReport?>(nil)
        do {
            try await log.file.write { database -> Void in
                try change(database)
                let report = try LogVerification.report(on: database)
                found.withLock { $0 = report }
                throw Undo()
            }
        } catch is Undo {}
        return try #require(found.withLock { $0 }).problems
    }

    private struct Place: Hashable {
        let session: SessionID?
        let seq: Int?
    }

    private func places(_ problems: [VerificationReport.Problem]) -> [Place] { problems.map { Place(session: $0.session, seq: $0.seq) } }

    // MARK: Bytes

    /// One byte that is to be flipped.
    private struct Harm: Sendable {
        static let columns = ["payload", "hash", "kind", "created_at", "event_group"]

        let session: SessionID
        let seq: Int
        let column: String
        /// Chooses the byte.
        let choice: Int
        /// What the byte is changed by; not 0.
        let mask: UInt8

        init(_ session: SessionID, _ seq: Int, columns: [String] = Harm.columns, _ random: inout SeededRandom) {
            self.session = session
            self.seq = seq
            column = columns[Int.random(in: 0..<columns.count, using: &random)]
            choice = Int.random(in: 0..<1_000_000, using: &random)
            mask = UInt8.random(in: 1...255, using: &random)
        }

        var comment: String { "\(column) of \(seq) in \(session), byte \(choice), by \(mask)" }

        func run(on database: Database) throws {
            if column == "created_at" {
                let bit = Int64(bitPattern: UInt64(mask) << UInt64(choice % 8 * 8))
                let time = try #require(try Int64.fetchOne(database, sql: "SELECT created_at \(place)", arguments: [session, seq]))
                return try update(database, "?", time ^ bit)
            }
            let stored = try Data.fetchOne(database, sql: "SELECT CAST(\(column) AS BLOB) \(place)", arguments: [session, seq])
            // An event of no group is given one.
            var bytes = stored ?? Data(count: 16)
            bytes[bytes.startIndex + choice % bytes.count] ^= mask
            try update(database, column == "kind" ? "CAST(? AS TEXT)" : "?", bytes)
        }

        private var place: String { "FROM events WHERE session = ? AND seq = ?" }

        private func update(_ database: Database, _ value: String, _ argument: some DatabaseValueConvertible) throws {
            try database.execute(
                sql: "UPDATE events SET \(column) = \(value) WHERE session = ? AND seq = ?", arguments: [argument, session, seq])
            try #require(database.changesCount == 1)
        }
    }

    /// A thousand events; each has one byte flipped in its turn, one of each session at a time.
    @Test func everyEventWithAByteFlippedIsNamedAndNoOther() async throws {
        let lengths = [3, 7, 12, 15, 18, 20, 22, 25, 28, 30, 19]
        var events: [(session: SessionID, count: Int)] = []
        for (number, turns) in lengths.enumerated() {
            events.append((try await session(turns: turns), turns * 5 + 1))
            if number % 3 == 0 { _ = try await log.checkpoint() }
        }
        #expect(events.reduce(0) { $0 + $1.count } >= 1_000)
        #expect(try await log.verify().problems.isEmpty)
        var random = SeededRandom(seed: 3)
        var harmed = 0
        for seq in 1...(lengths.max() ?? 0) * 5 + 1 {
            let harms = events.filter { $0.count >= seq }.map { Harm($0.session, seq, &random) }
            let found = places(try await problems { database in for harm in harms { try harm.run(on: database) } })
            let expected = Set(harms.map { Place(session: $0.session, seq: $0.seq) })
            #expect(Set(found) == expected && found.count == expected.count, "\(harms.map(\.comment))")
            harmed += harms.count
        }
        #expect(harmed == events.reduce(0) { $0 + $1.count })
        #expect(try await log.verify().problems.isEmpty, "all was undone")
    }

    @Test(arguments: ["hash", "payload", "any"])
    func eventsInARowAreEachNamed(_ column: String) async throws {
        let columns = column == "any" ? Harm.columns : [column]
        let session = try await session(turns: 6)
        _ = try await log.checkpoint()
        var random = SeededRandom(seed: 5)
        for range in [1...2, 4...6, 10...24, 30...31, 1...31] {
            let harms = range.map { Harm(session, $0, columns: columns, &random) }
            let found = places(try await problems { database in for harm in harms { try harm.run(on: database) } })
            #expect(Set(found) == Set(range.map { Place(session: session, seq: $0) }), "\(harms.map(\.comment))")
            #expect(found.count == range.count)
        }
    }

    // MARK: Rows

    @Test func aTailThatIsCutOffIsNoticed() async throws {
        let (cut, other) = (try await session(turns: 2), try await session(turns: 2))
        _ = try await log.checkpoint()
        let found = try await problems { try $0.execute(sql: "DELETE FROM events WHERE session = ? AND seq > 8", arguments: [cut]) }
        #expect(places(found) == [Place(session: cut, seq: 11)])
        #expect(!places(found).contains { $0.session == other })
    }

    @Test func aSessionThatIsTakenOutIsNoticed() async throws {
        let (gone, _) = (try await session(turns: 1), try await session(turns: 1))
        _ = try await log.checkpoint()
        let found = try await problems { database in
            for table in ["events", "turns"] { try database.execute(sql: "DELETE FROM \(table) WHERE session = ?", arguments: [gone]) }
            try database.execute(sql: "DELETE FROM sessions WHERE id = ?", arguments: [gone])
        }
        #expect(places(found) == [Place(session: gone, seq: 6)])
    }

    @Test func aCheckpointThatIsTakenOutIsNoticed() async throws {
        for _ in 0..<3 {
            _ = try await session(turns: 1)
            #expect(try await log.checkpoint())
        }
        for number in [1, 2] {
            let found = try await problems { try $0.execute(sql: "DELETE FROM checkpoints WHERE number = ?", arguments: [number]) }
            #expect(!found.isEmpty && found.allSatisfy { $0.session == nil && $0.reason.contains("checkpoint") })
        }
    }

    @Test(arguments: [
        "heads = x'5b5d'", "heads = 7", "hash = x''", "hash = 'text'", "created_at = created_at + 1", "created_at = 'soon'", "number = 9",
    ])
    func aCheckpointThatIsChangedIsNoticed(_ change: String) async throws {
        for _ in 0..<3 {
            _ = try await session(turns: 1)
            #expect(try await log.checkpoint())
        }
        let found = try await problems { try $0.execute(sql: "UPDATE checkpoints SET \(change) WHERE number = 2") }
        #expect(found.contains { $0.session == nil && $0.reason.contains("checkpoint") })
    }

    @Test func anEventThatIsMovedToAnotherSessionIsNoticedInBoth() async throws {
        let (from, to) = (try await session(turns: 2), try await session(turns: 1))
        _ = try await log.checkpoint()
        for seq in [4, 11] {
            let found = try await problems {
                try $0.execute(sql: "UPDATE events SET session = ?, seq = 7 WHERE session = ? AND seq = ?", arguments: [to, from, seq])
            }
            #expect(Set(places(found)) == [Place(session: from, seq: seq), Place(session: to, seq: 7)])
        }
    }

    /// What no program of ours ever wrote is named, and nothing of it is fatal.
    @Test(arguments: [
        "kind = 'turn.dreamt'", "kind = 'audit' || char(0) || 'x'", "kind = CAST(x'ff' AS TEXT)", "kind = CAST(kind AS BLOB)", "kind = ''",
        "payload = 7", "payload = CAST(payload AS TEXT)", "payload = x''", "event_group = 'text'", "event_group = x'01'", "event_group = 1.5",
        "event_group = zeroblob(17)", "created_at = 'soon'", "created_at = 1.5", "created_at = -9223372036854775808", "created_at = x'00'",
        "hash = 5", "hash = 'text'", "hash = x''", "hash = zeroblob(31)", "hash = zeroblob(33)", "hash = zeroblob(32)",
    ])
    func aRowOfNonsenseIsNamed(_ change: String) async throws {
        let (session, _) = (try await session(turns: 2), try await session(turns: 1))
        _ = try await log.checkpoint()
        for seq in [1, 4, 11] {
            let found = try await problems {
                try $0.execute(sql: "UPDATE events SET \(change) WHERE session = ? AND seq = ?", arguments: [session, seq])
            }
            #expect(places(found) == [Place(session: session, seq: seq)], "seq \(seq)")
        }
    }

    @Test(arguments: [
        "seq = 'text'", "seq = 4.5", "seq = -4", "seq = 99", "seq = 9223372036854775807", "session = x'01'", "session = 'text'", "session = 3",
    ])
    func anEventThatLosesItsPlaceLeavesAGap(_ change: String) async throws {
        let (session, other) = (try await session(turns: 2), try await session(turns: 1))
        _ = try await log.checkpoint()
        let found = try await problems {
            try $0.execute(sql: "UPDATE events SET \(change) WHERE session = ? AND seq = 4", arguments: [session])
        }
        #expect(places(found).contains(Place(session: session, seq: 4)))
        #expect(!places(found).contains { $0.session == other })
    }

    @Test func aGroupOfZeroesIsNotTheSameAsNone() async throws {
        let session = try await session(turns: 1)
        let found = try await problems { try $0.execute(sql: "UPDATE events SET event_group = zeroblob(16) WHERE seq = 1") }
        #expect(places(found) == [Place(session: session, seq: 1)])
    }

    @Test(arguments: ["created_at = 'soon'", "created_at = -9223372036854775808", "payload = 7", "hash = x'00'", "event_group = 'x'"])
    func whoeverReadsARowOfNonsenseIsToldWhichItIs(_ change: String) async throws {
        let session = try await session(turns: 1)
        try await log.file.write { try $0.execute(sql: "UPDATE events SET \(change) WHERE seq = 3") }
        let error = LogError.damaged(session: session, seq: 3, reason: "its row cannot be read")
        await #expect(throws: error) { _ = try await log.events(of: session, after: 0, limit: 10) }
    }

    @Test(arguments: ["created_at = 'soon'", "payload = x'7b'", "payload = x'7b7d'", "kind = 'turn.dreamt'", "hash = 7", "seq = 'third'"])
    func whatCannotBeReadKeepsNoOtherSessionFromBeingRebuilt(_ change: String) async throws {
        let damaged = try await session(turns: 1)
        let (lost, unreadable) = (try await session(turns: 1), try await session(turns: 1))
        try await log.file.write { database in
            try database.execute(sql: "UPDATE events SET \(change) WHERE session = ? AND seq = 3", arguments: [damaged])
            try database.execute(sql: "DELETE FROM turns WHERE session = ?", arguments: [lost])
            try database.execute(sql: "UPDATE sessions SET metadata = x'7b' WHERE id = ?", arguments: [unreadable])
        }
        let report = try await log.rebuild(repair: true)
        #expect(report.sessions == 3 && Set(report.differing) == [lost, unreadable])
        #expect(report.damaged.map(\.session) == [damaged])
        #expect(report.damaged.first?.seq == (change.hasPrefix("seq") ? 4 : 3))
        #expect(try await log.rebuild(repair: false).differing == [])
        #expect(try await log.turns(of: lost, after: 0, limit: 10).count == 2)
    }

    @Test func anEventOfNoSessionKeepsNoneFromBeingRebuilt() async throws {
        let lost = try await session(turns: 1)
        try await log.file.write { database in
            try database.execute(
                sql: """
                    INSERT INTO events (session, seq, kind, payload, event_group, created_at, hash)
                    SELECT 'nobody', seq, kind, payload, event_group, created_at, hash FROM events WHERE seq = 1
                    """)
            try database.execute(sql: "DELETE FROM turns WHERE session = ?", arguments: [lost])
        }
        #expect(try await log.rebuild(repair: true).differing == [lost])
        #expect(try await log.verify().problems.map(\.reason) == ["the event is of no session"])
    }
}
