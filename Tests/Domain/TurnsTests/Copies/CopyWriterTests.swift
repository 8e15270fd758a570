import Conversation
import ConversationTesting
import JSON
import Logging
import Testing
import TimeOrdered

@testable import Turns

/// A copy is whole or not there, wherever it is cut off.
struct CopyWriterTests {
    private let store = InMemoryLogStore()
    private let ids = UUIDv7Generator()
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    /// A session of so many exchanges, some parts long.
    private func drafts(_ exchanges: Int, of user: UUIDv7) -> [EventDraft] {
        let turns = (0..<exchanges).flatMap { SampleTurn(ids, question: "q\($0)", answer: "a\($0)").whole }
        let created = SessionCreated(
            userID: user, workspaceID: user, kind: .chat, title: "t", collectionID: nil, metadata: [:], copiedEvents: turns.count + 1)
        return [EventDraft(.sessionCreated(created))] + turns
    }

    @Test func aLongCopyIsWrittenInParts() async throws {
        let (user, session) = (ids.next(), ids.next())
        let row = try await CopyWriter(log: store).write(drafts(500, of: user), to: session, of: user)
        #expect(row.messageCount == 1_000 && row.headSeq == 2_501)
        #expect(try await store.unfinishedCopies().isEmpty)
        #expect(try await store.rebuild(repair: false).differing.isEmpty)
    }

    @Test(arguments: 1...3)
    func aPartThatFailsLeavesNothing(part: Int) async throws {
        let (user, session) = (ids.next(), ids.next())
        store.plan(Fault(.append, number: part, .full))
        await #expect(throws: LogError.full) { try await CopyWriter(log: store).write(drafts(500, of: user), to: session, of: user) }
        #expect(try await store.session(session, of: user) == nil)
        #expect(try await store.events(of: session, after: 0, limit: 9).isEmpty)
    }

    @Test func aSessionThatIsThereByThenStays() async throws {
        let (user, session) = (ids.next(), ids.next())
        let first = try await CopyWriter(log: store).write(drafts(1, of: user), to: session, of: user)
        await #expect(throws: LogError.changedMeanwhile) { try await CopyWriter(log: store).write(drafts(500, of: user), to: session, of: user) }
        #expect(try await store.session(session, of: user) == first)
    }

    /// As when the process ends between two parts: nothing of it could be tidied up.
    @Test func aCopyThatWasCutOffIsForgottenAtTheNextStart() async throws {
        let (user, session, kept) = (ids.next(), ids.next(), ids.next())
        _ = try await CopyWriter(log: store).write(drafts(1, of: user), to: kept, of: user)
        store.plan(Fault(.append, number: 2, .full), Fault(.delete, number: 1, .full))
        await #expect(throws: LogError.full) { try await CopyWriter(log: store).write(drafts(500, of: user), to: session, of: user) }
        #expect(try await store.unfinishedCopies().map(\.id) == [session])
        try await CopyWriter(log: store).forgetUnfinished(logger: logger)
        #expect(try await store.session(session, of: user) == nil)
        #expect(try await store.session(kept, of: user)?.messageCount == 2)
        #expect(try await store.unfinishedCopies().isEmpty)
    }
}
