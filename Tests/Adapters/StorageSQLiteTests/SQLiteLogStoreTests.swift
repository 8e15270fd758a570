import Conversation
import Foundation
import GRDB
import JSON
import Logging
import Testing
import TimeOrdered
import Turns

@testable import StorageSQLite

/// The log on disk: chained, whole, and telling when it is not.
struct SQLiteLogStoreTests {
    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("loquat-\(UUID().uuidString)").path
    private let ids = UUIDv7Generator()

    private func turn(_ session: SessionID, _ user: UUIDv7, creates: Bool, text: String) -> [EventDraft] {
        let (question, answer) = (ids.next(), ids.next())
        let created = SessionCreated(userID: user, workspaceID: user, kind: .chat, title: text, collectionID: nil, metadata: [:])
        let message = AssistantMessage(
            turnID: answer, userTurnID: question, content: text, status: .complete, finishReason: .stop, failure: nil, model: nil,
            citations: [], recording: StreamRecording(steps: [text.utf8.count]), usage: nil, timings: nil)
        return (creates ? [EventDraft(.sessionCreated(created))] : []) + [
            EventDraft(.userMessage(UserMessage(turnID: question, content: text)), group: answer),
            EventDraft(.turnOpened(TurnOpened(turnID: answer, userTurnID: question, createsSession: creates)), group: answer),
            EventDraft(.assistantMessage(message), group: answer), EventDraft(.groupClosed(GroupClosed(outcome: .complete)), group: answer),
        ]
    }

    private func filled(_ sessions: Int = 2) async throws -> (session: SessionID, user: UUIDv7) {
        let store = try SQLiteLogStore(DataDirectory(path: folder))
        let user = ids.next()
        var last = ids.next()
        for _ in 0..<sessions {
            last = ids.next()
            _ = try await store.append(AppendBatch(sessionID: last, drafts: turn(last, user, creates: true, text: "a\u{0}🍊")))
            _ = try await store.append(AppendBatch(sessionID: last, drafts: turn(last, user, creates: false, text: "second")))
        }
        _ = try await store.checkpoint()
        try store.close()
        return (last, user)
    }

    private func tampered(_ sql: String, _ arguments: StatementArguments) async throws -> VerificationReport {
        let queue = try DatabaseQueue(path: folder + "/loquat.db")
        try await queue.write { try $0.execute(sql: sql, arguments: arguments) }
        try queue.close()
        let store = try SQLiteLogStore(DataDirectory(path: folder))
        let report = try await store.verify()
        try store.close()
        return report
    }

    @Test func aHealthyLogIsWholeAndItsViewsEqualItsFold() async throws {
        _ = try await filled()
        let store = try SQLiteLogStore(DataDirectory(path: folder))
        #expect(try await store.verify().problems.isEmpty)
        let report = try await store.rebuild(repair: false)
        #expect(report.differing.isEmpty)
        #expect(report.turns == 8)
        #expect(try await store.checkpoint() == false)
    }

    @Test func acknowledgedMeansOnDisk() throws {
        let file = try SQLiteFile(path: DataDirectory(path: folder).logFile, migrator: LogMigrations.migrator)
        #expect(try file.synchronousLevel() == 2)
    }

    @Test func aFlippedByteIsNamed() async throws {
        let (session, _) = try await filled()
        let report = try await tampered("UPDATE events SET payload = payload || x'20' WHERE session = ? AND seq = 3", [session])
        #expect(report.problems.contains { $0.session == session && $0.seq == 3 })
    }

    @Test func aCutTailIsNoticed() async throws {
        let (session, _) = try await filled()
        let report = try await tampered("DELETE FROM events WHERE session = ? AND seq > 5", [session])
        #expect(report.problems.contains { $0.session == session })
    }

    @Test func aRemovedSessionIsNoticed() async throws {
        let (session, _) = try await filled()
        #expect(try await tampered("DELETE FROM events WHERE session = ?", [session]).problems.contains { $0.session == session })
    }

    @Test func aDeletedSessionIsNoProblemAndTakesNothingMore() async throws {
        let (session, user) = try await filled()
        let store = try SQLiteLogStore(DataDirectory(path: folder))
        #expect(try await store.delete(session: session, of: ids.next()) == false)
        #expect(try await store.delete(session: session, of: user))
        await #expect(throws: LogError.noSession(session)) {
            _ = try await store.append(AppendBatch(sessionID: session, drafts: turn(session, user, creates: false, text: "x")))
        }
        #expect(try await store.verify().problems.isEmpty)
        _ = try await store.checkpoint()
        #expect(try await store.verify().problems.isEmpty)
    }

    @Test func eightWritersOfOneSessionLeaveNoGap() async throws {
        let store = try SQLiteLogStore(DataDirectory(path: folder))
        let (session, user) = (ids.next(), ids.next())
        _ = try await store.append(AppendBatch(sessionID: session, drafts: turn(session, user, creates: true, text: "first")))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<8 {
                group.addTask {
                    for number in 0..<20 {
                        let update = SessionUpdated(title: "\(writer).\(number)")
                        _ = try await store.append(AppendBatch(sessionID: session, drafts: [EventDraft(.sessionUpdated(update))]))
                    }
                }
            }
            try await group.waitForAll()
        }
        let events = try await store.events(of: session, after: 0, limit: 1_000)
        #expect(events.map(\.seq) == Array(1...165))
        #expect(try await store.verify().problems.isEmpty)
    }

    @Test func twoProcessesNeverOpenOneStore() throws {
        let first = try DataDirectory(path: folder)
        #expect(throws: DataDirectory.Failure.self) { try DataDirectory(path: folder) }
        withExtendedLifetime(first) {}
    }

    @Test func whatWasShownSurvivesTheProcess() throws {
        let directory = try DataDirectory(path: folder)
        let logger = Logger(label: "test")
        let turn = ids.next()
        let events: [TurnEvent] = [.delta("a\u{0}🍊"), .chunk(["x": 1]), .delta("")]
        var spool: MappedSpool? = try MappedSpool(directory, logger: logger)
        try spool?.write(events, of: turn)
        spool = nil
        #expect(try MappedSpool(directory, logger: logger).recovered() == [turn: events])
    }
}
