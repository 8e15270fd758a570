import Conversation
import ConversationTesting
import Foundation
import GRDB
import JSON
import Testing
import TimeOrdered

@testable import StorageSQLite

/// What is the file's own; what every log store promises is in `SQLiteLogStoreContractTests`.
struct SQLiteLogFileTests {
    private let temporary = TemporaryFolder()
    private let ids = UUIDv7Generator()
    private let clock = ManualClock()
    private let workspace = UUIDv7Generator().next()

    private func opened() throws -> SQLiteLogStore { try SQLiteLogStore(DataDirectory(path: temporary.path), clock: clock.wallClock) }

    private func creation(_ user: UUIDv7, title: String = "") -> EventDraft {
        EventDraft(
            .sessionCreated(SessionCreated(userID: user, workspaceID: workspace, kind: .chat, title: title, collectionID: nil, metadata: [:])))
    }

    @Test func aDeletedSessionLeavesNoByteInTheFiles() async throws {
        let store = try opened()
        let (user, session, kept) = (ids.next(), ids.next(), ids.next())
        let marks = ["title-bzqx", "question-wvkj", "answer-pmfy", "key-hdgt"]
        let turn = SampleTurn(ids, question: marks[1] + String(repeating: " long", count: 20_000), answer: marks[2])
        let claim = IdempotencyClaim(userID: user, key: marks[3], fingerprint: [], outcome: .turn(session: session, turn: turn.id))
        _ = try await store.append(
            AppendBatch(sessionID: session, drafts: [creation(user, title: marks[0])] + turn.whole, idempotency: claim))
        _ = try await store.append(AppendBatch(sessionID: kept, drafts: [creation(user, title: "stays-nrcl")]))
        #expect(try marks.allSatisfy { try temporary.holds($0) }, "the marks are found while they are there")
        #expect(
            try await store.delete(
                session: session, of: user,
                recording: AuditRecord(actorID: nil, actorCredential: nil, action: .sessionDeleted, targetKind: .session, targetID: session)))
        for mark in marks { #expect(try !temporary.holds(mark), "\(mark)") }
        try store.close()
        for mark in marks { #expect(try !temporary.holds(mark), "\(mark) after closing") }
        #expect(try temporary.holds("stays-nrcl"))
    }

    @Test func aFullStoreSaysSoAndGoesOnWhenThereIsRoom() async throws {
        let store = try opened()
        let (user, session) = (ids.next(), ids.next())
        _ = try await store.append(AppendBatch(sessionID: session, drafts: [creation(user)]))
        let long = SampleTurn(ids, question: String(repeating: "long ", count: 100_000))
        let claim = IdempotencyClaim(
            userID: user, key: "k", fingerprint: [], outcome: .response(status: 200, body: Array(repeating: 1, count: 500_000)))
        try await store.file.limit(pages: 0)
        await #expect(throws: LogError.full) { _ = try await store.append(AppendBatch(sessionID: session, drafts: long.whole)) }
        await #expect(throws: LogError.full) { try await store.save(claim) }
        // What needs no room of its own is done or refused in the same words.
        do { _ = try await store.checkpoint() } catch { #expect(error as? LogError == .full) }
        do { try await store.forgetClaims(before: clock.now) } catch { #expect(error as? LogError == .full) }
        #expect(try await store.events(of: session, after: 0, limit: 10).count == 1)
        #expect(try await store.idempotencyClaim(of: user, key: "k") == nil)
        try await store.file.limit(pages: 1_000_000)
        _ = try await store.append(AppendBatch(sessionID: session, drafts: long.whole, idempotency: claim))
        #expect(try await store.events(of: session, after: 0, limit: 10).map(\.seq) == [1, 2, 3, 4, 5, 6])
        #expect(try await store.verify().problems.isEmpty)
        #expect(try await store.rebuild(repair: false).differing.isEmpty)
        try store.close()
    }

    @Test func aKindThatIsNotKnownIsDamage() async throws {
        let store = try opened()
        let (user, session) = (ids.next(), ids.next())
        _ = try await store.append(AppendBatch(sessionID: session, drafts: [creation(user)] + SampleTurn(ids).whole))
        try await store.file.write { try $0.execute(sql: "UPDATE events SET kind = 'turn.dreamt' WHERE seq = 3") }
        let error = LogError.damaged(session: session, seq: 3, reason: "there is no event of this kind")
        await #expect(throws: error) { _ = try await store.events(of: session, after: 0, limit: 10) }
        #expect(try await store.events(of: session, after: 3, limit: 10).map(\.seq) == [4, 5, 6])
        #expect(try await store.verify().problems.map(\.seq) == [3])
        try store.close()
    }

    @Test func checkpointsHaveTheTimeOfTheClock() async throws {
        let store = try opened()
        _ = try await store.append(AppendBatch(sessionID: ids.next(), drafts: [creation(ids.next())]))
        clock.advance(by: 60_000)
        #expect(try await store.checkpoint())
        let times = try await store.file.read { try Timestamp.fetchAll($0, sql: "SELECT created_at FROM checkpoints") }
        #expect(times == [clock.now])
        try store.close()
    }

    @Test func aChangedCheckpointIsNoticed() async throws {
        let store = try opened()
        for _ in 0..<2 {
            _ = try await store.append(AppendBatch(sessionID: ids.next(), drafts: [creation(ids.next())]))
            _ = try await store.checkpoint()
        }
        for change in ["created_at = created_at + 1", "heads = x'5b5d'", "hash = x'00'", "number = 7", "heads = x'7b'"] {
            let before = try await store.file.read { database in
                try Row.fetchAll(database, sql: "SELECT created_at, heads, hash FROM checkpoints WHERE number = 2").flatMap(\.databaseValues)
            }
            try await store.file.write { try $0.execute(sql: "UPDATE checkpoints SET \(change) WHERE number = 2") }
            #expect(try await !store.verify().problems.isEmpty, "\(change)")
            try await store.file.write { database in
                try database.execute(
                    sql: "UPDATE checkpoints SET number = 2, created_at = ?, heads = ?, hash = ? WHERE number > 1",
                    arguments: StatementArguments(before))
            }
            #expect(try await store.verify().problems.isEmpty)
        }
        try store.close()
    }
}
