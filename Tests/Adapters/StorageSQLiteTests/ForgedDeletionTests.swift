import Conversation
import ConversationTesting
import Foundation
import GRDB
import JSON
import Testing
import TimeOrdered

@testable import StorageSQLite

/// A tombstone alone excuses nothing: a log is cut off unless its deletion was recorded. No deletion of ours is accused.
struct ForgedDeletionTests {
    private let temporary = TemporaryFolder()
    private let ids = UUIDv7Generator()
    private let clock = ManualClock()
    private let log: SQLiteLogStore
    private let user: UUIDv7
    private let workspace: UUIDv7

    init() throws {
        user = ids.next()
        workspace = ids.next()
        log = try SQLiteLogStore(DataDirectory(path: temporary.path), clock: clock.wallClock)
    }

    /// A session of six events.
    private func session(copiedEvents: Int? = nil) async throws -> SessionID {
        let session = ids.next()
        let created = SessionCreated(
            userID: user, workspaceID: workspace, kind: .chat, title: "", collectionID: nil, metadata: [:], copiedEvents: copiedEvents)
        _ = try await log.append(
            AppendBatch(sessionID: session, drafts: [EventDraft(.sessionCreated(created))] + SampleTurn(ids).whole))
        return session
    }

    private func delete(_ session: SessionID) async throws {
        let record = AuditRecord(actorID: user, actorCredential: nil, action: .sessionDeleted, targetKind: .session, targetID: session)
        #expect(try await log.delete(session: session, of: user, recording: record))
    }

    private func change(_ sql: String, _ arguments: StatementArguments) async throws {
        try await log.file.write { database in
            try database.execute(sql: sql, arguments: arguments)
            try #require(database.changesCount > 0)
        }
    }

    /// Takes a session out by hand.
    private func takeOut(_ session: SessionID) async throws {
        for table in ["events", "turns", "usage"] { try await change("DELETE FROM \(table) WHERE session = ?", [session]) }
        try await change("DELETE FROM sessions WHERE id = ?", [session])
    }

    private func forgeTombstone(_ session: SessionID, seq: Int, hash: Data) async throws {
        try await change("INSERT INTO tombstones (session, seq, hash, checkpoint) VALUES (?, ?, ?, 1)", [session, seq, hash])
    }

    private func hash(_ session: SessionID, _ seq: Int) async throws -> Data {
        let found = try await log.file.read {
            try Data.fetchOne($0, sql: "SELECT hash FROM events WHERE session = ? AND seq = ?", arguments: [session, seq])
        }
        return try #require(found)
    }

    private func expect(_ places: [(SessionID?, Int?)], sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let found = try await log.verify().problems
        #expect(found.map(\.session) == places.map { $0.0 } && found.map(\.seq) == places.map { $0.1 }, "\(found)", sourceLocation: sourceLocation)
    }

    // MARK: Forged

    @Test func whatWasTakenOutByHandWasNotDeleted() async throws {
        let (gone, other) = (try await session(), try await session())
        _ = try await log.checkpoint()
        // There are records, and none of this session.
        try await delete(other)
        let last = try await hash(gone, 6)
        try await takeOut(gone)
        for (seq, hash) in [(1, Data("xx".utf8)), (6, last), (7, last), (99, Data(count: 32))] {
            try await forgeTombstone(gone, seq: seq, hash: hash)
            try await expect([(gone, 6)])
            try await change("DELETE FROM tombstones WHERE session = ?", [gone])
        }
        try await expect([(gone, 6)])
    }

    @Test func aCheckpointThatTookAForgedTombstoneInIsNotBelieved() async throws {
        let (gone, other) = (try await session(), try await session())
        _ = try await log.checkpoint()
        try await delete(other)
        let last = try await hash(gone, 6)
        try await takeOut(gone)
        try await change("INSERT INTO tombstones (session, seq, hash) VALUES (?, 6, ?)", [gone, last])
        clock.advance(by: 60_000)
        #expect(try await log.checkpoint())
        try await expect([(gone, 6)])
        try await change("DELETE FROM tombstones WHERE session = ?", [gone])
        try await expect([(gone, 6)])
    }

    @Test func aTailThatIsCutOffIsNoticedAllTheSame() async throws {
        let (cut, other) = (try await session(), try await session())
        _ = try await log.checkpoint()
        try await delete(other)
        try await change("DELETE FROM events WHERE session = ? AND seq > 3", [cut])
        try await forgeTombstone(cut, seq: 1, hash: Data("xx".utf8))
        try await expect([(cut, nil), (cut, 6)])
    }

    /// It is named as long as it is there, and no checkpoint takes it in.
    @Test func aTombstoneOfASessionThatIsThereIsNamed() async throws {
        let (session, other) = (try await session(), try await session())
        try await delete(other)
        try await change("INSERT INTO tombstones (session, seq, hash) VALUES (?, 1, x'00')", [session])
        try await expect([(session, nil)])
        #expect(try await log.checkpoint())
        try await expect([(session, nil)])
        try await change("DELETE FROM tombstones WHERE session = ?", [session])
        try await expect([])
    }

    @Test(arguments: ["seq = 1", "seq = 'text'", "seq = 7", "hash = zeroblob(32)", "hash = x'00'", "hash = 'text'", "seq = 6.5"])
    func aTombstoneThatIsChangedExplainsNothing(_ change: String) async throws {
        let gone = try await session()
        _ = try await log.checkpoint()
        try await delete(gone)
        _ = try await log.checkpoint()
        try await expect([])
        try await self.change("UPDATE tombstones SET \(change) WHERE session = ?", [gone])
        try await expect([(gone, 6)])
    }

    @Test(arguments: ["seq = 1", "hash = zeroblob(32)", "hash = 'text'", "seq = 'text'"])
    func theNextCheckpointMendsNoTombstone(_ change: String) async throws {
        let gone = try await session()
        _ = try await log.checkpoint()
        try await delete(gone)
        try await self.change("UPDATE tombstones SET \(change) WHERE session = ?", [gone])
        _ = try await log.checkpoint()
        try await expect([(gone, 6)])
    }

    /// A record counts where it is chained to those before it.
    @Test func aForgedRecordIsNotBelieved() async throws {
        let (gone, other) = (try await session(), try await session())
        try await delete(other)
        _ = try await log.checkpoint()
        let last = try await hash(gone, 6)
        try await takeOut(gone)
        try await forgeTombstone(gone, seq: 6, hash: last)
        let (from, to) = ("\(other)", "\(gone)")
        try await change(
            """
            INSERT INTO events (session, seq, kind, payload, event_group, created_at, hash)
            SELECT session, 3, kind, CAST(replace(payload, ?, ?) AS BLOB), event_group, created_at, hash FROM events
            WHERE session = ? AND seq = 2
            """, [from, to, workspace])
        try await expect([(workspace, 3), (gone, 6)])
    }

    @Test func aRecordThatIsChangedExplainsNothing() async throws {
        let gone = try await session()
        _ = try await log.checkpoint()
        try await delete(gone)
        _ = try await log.checkpoint()
        try await change("UPDATE events SET payload = CAST(payload || ' ' AS BLOB) WHERE session = ? AND seq = 2", [workspace])
        try await expect([(workspace, 2), (gone, 6)])
    }

    // MARK: Honest

    @Test(arguments: [nil, 100] as [Int?])
    func whatGrewAfterItsCheckpointMayBeDeleted(_ copiedEvents: Int?) async throws {
        let gone = try await session(copiedEvents: copiedEvents)
        _ = try await log.checkpoint()
        if copiedEvents == nil {
            _ = try await log.append(AppendBatch(sessionID: gone, drafts: SampleTurn(ids).whole))
        } else {
            #expect(try await log.unfinishedCopies().map(\.id) == [gone], "a copy that broke off is forgotten by the same deletion")
        }
        try await delete(gone)
        try await expect([])
        _ = try await log.checkpoint()
        try await expect([])
    }

    @Test func whatIsDeletedBeforeItsFirstCheckpointHasNoHeadToExplain() async throws {
        try await delete(session())
        for _ in 0..<2 {
            try await expect([])
            _ = try await log.checkpoint()
        }
    }

    /// The first versions deleted without a record.
    @Test func aCheckpointFromBeforeAnyRecordIsBelieved() async throws {
        let (gone, other) = (try await session(), try await session())
        _ = try await log.checkpoint()
        let last = try await hash(gone, 6)
        try await takeOut(gone)
        try await change("INSERT INTO tombstones (session, seq, hash) VALUES (?, 6, ?)", [gone, last])
        #expect(try await log.checkpoint())
        try await expect([])
        clock.advance(by: 60_000)
        try await delete(other)
        _ = try await log.checkpoint()
        try await expect([])
    }
}
