import Conversation
import ConversationTesting
import Foundation
import GRDB
import JSON
import Testing
import TimeOrdered

@testable import StorageSQLite

/// The log is the truth: a view that was changed while the process was down spoils no event, checkpoint or deletion that comes after.
struct DamagedViewTests {
    private let temporary = TemporaryFolder()
    private let ids = UUIDv7Generator()
    private let clock = ManualClock()
    private let user: UUIDv7
    private let workspace: UUIDv7

    init() {
        user = ids.next()
        workspace = ids.next()
    }

    private func opened() throws -> SQLiteLogStore { try SQLiteLogStore(DataDirectory(path: temporary.path), clock: clock.wallClock) }

    /// Closes the store, which forgets what it remembered, and opens it again.
    /// - Parameter change: done to the file before it is closed.
    private func reopened(_ log: SQLiteLogStore, after change: @escaping @Sendable (Database) throws -> Void) async throws -> SQLiteLogStore {
        try await log.file.write { database in
            try change(database)
            try #require(database.changesCount > 0)
        }
        try log.close()
        return try opened()
    }

    private func session(in log: SQLiteLogStore, turns: Int = 2) async throws -> SessionID {
        let session = ids.next()
        let created = SessionCreated(userID: user, workspaceID: workspace, kind: .chat, title: "Loquats", collectionID: nil, metadata: [:])
        _ = try await log.append(AppendBatch(sessionID: session, drafts: [EventDraft(.sessionCreated(created))]))
        for _ in 0..<turns { _ = try await log.append(AppendBatch(sessionID: session, drafts: SampleTurn(ids).whole)) }
        return session
    }

    private func delete(_ session: SessionID, in log: SQLiteLogStore) async throws -> Bool {
        let record = AuditRecord(actorID: user, actorCredential: nil, action: .sessionDeleted, targetKind: .session, targetID: session)
        return try await log.delete(session: session, of: user, recording: record)
    }

    /// Nothing is wrong with any event, and the views are what they fold to.
    private func expectWhole(_ log: SQLiteLogStore, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        #expect(try await log.verify().problems == [], sourceLocation: sourceLocation)
        #expect(try await log.rebuild(repair: false).differing == [], sourceLocation: sourceLocation)
    }

    private static let damages = [
        "UPDATE sessions SET head_hash = zeroblob(32)", "UPDATE sessions SET head_hash = x'00'", "UPDATE sessions SET head_seq = head_seq - 1",
        "UPDATE sessions SET head_seq = head_seq + 7", "UPDATE sessions SET head_seq = 0", "DELETE FROM sessions",
    ]

    @Test(arguments: damages)
    func whatIsAppendedFollowsTheLog(_ damage: String) async throws {
        let before = try opened()
        let session = try await session(in: before)
        #expect(try await before.checkpoint())
        let log = try await reopened(before) { try $0.execute(sql: damage) }
        let events = try await log.append(AppendBatch(sessionID: session, drafts: SampleTurn(ids).whole, after: 11))
        #expect(events.map(\.seq) == [12, 13, 14, 15, 16])
        #expect(try await log.session(session, of: user)?.headHash == events.last?.hash)
        try await expectWhole(log)
        // The row is remembered as it was made anew.
        _ = try await log.append(AppendBatch(sessionID: session, drafts: SampleTurn(ids).whole))
        #expect(try await log.checkpoint())
        try await expectWhole(log)
        try log.close()
    }

    /// Who follows what such a view says is refused once; then the view is right.
    @Test(arguments: ["head_seq = head_seq - 1", "head_seq = head_seq + 7"])
    func whoLooksAgainFindsTheViewMended(_ damage: String) async throws {
        let before = try opened()
        let session = try await session(in: before)
        let log = try await reopened(before) { try $0.execute(sql: "UPDATE sessions SET \(damage)") }
        let renaming = [EventDraft(.sessionUpdated(SessionUpdated(title: "x")))]
        let seen = try #require(try await log.session(session, of: user)).headSeq
        await #expect(throws: LogError.changedMeanwhile) {
            _ = try await log.append(AppendBatch(sessionID: session, drafts: renaming, after: seen))
        }
        let found = try #require(try await log.session(session, of: user)).headSeq
        #expect(seen != 11 && found == 11)
        _ = try await log.append(AppendBatch(sessionID: session, drafts: renaming, after: found))
        try await expectWhole(log)
        try log.close()
    }

    @Test func aViewWhoseLogIsGoneTakesNothing() async throws {
        let before = try opened()
        let session = try await session(in: before)
        let log = try await reopened(before) { try $0.execute(sql: "DELETE FROM events") }
        await #expect(throws: LogError.noSession(session)) {
            _ = try await log.append(AppendBatch(sessionID: session, drafts: SampleTurn(ids).whole))
        }
        #expect(try await log.events(of: session, after: 0, limit: 10) == [])
        try log.close()
    }

    /// The only place that is left to read what the event's hash was.
    @Test func aHashThatCannotBeReadIsTakenFromTheView() async throws {
        let before = try opened()
        let session = try await session(in: before)
        let log = try await reopened(before) { try $0.execute(sql: "UPDATE events SET hash = x'00' WHERE seq = 11") }
        _ = try await log.append(AppendBatch(sessionID: session, drafts: SampleTurn(ids).whole))
        #expect(try await log.verify().problems.map(\.seq) == [11])
        try log.close()
    }

    @Test(arguments: damages)
    func checkpointsHoldWhatTheLogEndsWith(_ damage: String) async throws {
        let before = try opened()
        _ = try await session(in: before)
        let log = try await reopened(before) { try $0.execute(sql: damage) }
        #expect(try await log.checkpoint())
        #expect(try await log.verify().problems == [])
        _ = try await log.rebuild(repair: true)
        try await expectWhole(log)
        #expect(try await log.checkpoint() == false)
        try log.close()
    }

    /// Two of three sessions are in the next checkpoint, each with its own last event.
    @Test func aCheckpointHoldsTheLastEventOfEachSessionThatChanged() async throws {
        let log = try opened()
        let (first, second, third) = (try await session(in: log), try await session(in: log, turns: 3), try await session(in: log))
        #expect(try await log.checkpoint())
        for session in [first, second] { _ = try await log.append(AppendBatch(sessionID: session, drafts: SampleTurn(ids).whole)) }
        #expect(try await log.checkpoint())
        let stored = try await log.file.read { try Data.fetchAll($0, sql: "SELECT heads FROM checkpoints ORDER BY number") }
        let heads = try stored.map { try decodeJSON([CheckpointHead].self, from: Array($0)) }
        let seqs = heads.map { Dictionary(uniqueKeysWithValues: $0.map { ($0.session, $0.seq) }) }
        #expect(seqs == [[first: 11, second: 16, third: 11], [first: 16, second: 21]])
        try await expectWhole(log)
        try log.close()
    }

    @Test(arguments: damages.filter { !$0.hasPrefix("DELETE") })
    func aDeletionTellsWhatTheLogEndedWith(_ damage: String) async throws {
        let before = try opened()
        let session = try await session(in: before)
        #expect(try await before.checkpoint())
        let log = try await reopened(before) { try $0.execute(sql: damage) }
        #expect(try await delete(session, in: log))
        for _ in 0..<2 {
            try await expectWhole(log)
            _ = try await log.checkpoint()
        }
        try log.close()
    }

    @Test(arguments: damages)
    func theWorkspacesLogGoesOnToo(_ damage: String) async throws {
        let before = try opened()
        for _ in 0..<2 { #expect(try await delete(session(in: before), in: before)) }
        let more = try await session(in: before)
        #expect(try await before.checkpoint())
        let workspace = workspace
        let log = try await reopened(before) { try $0.execute(sql: "\(damage) WHERE id = ?", arguments: [workspace]) }
        #expect(try await delete(more, in: log))
        #expect(try await log.events(of: workspace, after: 0, limit: 10).map(\.seq) == [1, 2, 3, 4])
        try await expectWhole(log)
        try log.close()
    }
}
