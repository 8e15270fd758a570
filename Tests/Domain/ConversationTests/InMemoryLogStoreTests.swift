import Conversation
import ConversationTesting
import JSON
import Testing
import TimeOrdered

/// The contract's own store keeps the contract.
struct InMemoryLogStoreContractTests {
    @Test(arguments: LogStoreContract.checks)
    func keeps(_ check: LogStoreContract.Check) async throws { try await check.run(on: InMemoryLogStoreFixture()) }
}

/// It fails when it is told to, and leaves what a real store leaves.
struct InMemoryLogStoreFaultTests {
    private let ids = UUIDv7Generator()
    private let store = InMemoryLogStore()

    private func begin() async throws -> (session: SessionID, user: UUIDv7) {
        let (session, user) = (ids.next(), ids.next())
        _ = try await store.append(AppendBatch(sessionID: session, drafts: [creation(user)]))
        return (session, user)
    }

    private func creation(_ user: UUIDv7) -> EventDraft {
        EventDraft(
            .sessionCreated(SessionCreated(userID: user, workspaceID: user, kind: .chat, title: "", collectionID: nil, metadata: [:])))
    }

    @Test func aFullStoreWritesNothingUntilThereIsRoom() async throws {
        let (session, user) = try await begin()
        let turn = SampleTurn(ids)
        store.plan(Fault(.append, number: 2, .full))
        _ = try await store.append(AppendBatch(sessionID: session, drafts: turn.opening))
        await #expect(throws: LogError.full) { _ = try await store.append(AppendBatch(sessionID: session, drafts: turn.closing())) }
        #expect(try await store.session(session, of: user)?.headSeq == 3)
        #expect(try await store.openTurns().map(\.turn.id) == [turn.id])
        _ = try await store.append(AppendBatch(sessionID: session, drafts: turn.closing()))
        #expect(try await store.events(of: session, after: 0, limit: 9).map(\.seq) == [1, 2, 3, 4, 5])
        #expect(try await store.verify().problems.isEmpty)
    }

    @Test func aLostAcknowledgementLeavesTheBatchWritten() async throws {
        let (session, user) = (ids.next(), ids.next())
        let turn = SampleTurn(ids)
        let batch = AppendBatch(sessionID: session, drafts: [creation(user)] + turn.opening)
        store.plan(.lostAcknowledgement())
        await #expect(throws: LogError.unavailable(reason: "the acknowledgement was lost")) { _ = try await store.append(batch) }
        #expect(try await store.session(session, of: user)?.runningTurnID == turn.id)
        // Who tries again is told, and nothing is there twice.
        await #expect(throws: LogError.self) { _ = try await store.append(batch) }
        #expect(try await store.events(of: session, after: 0, limit: 9).count == 3)
    }

    @Test func readsFailAndComeBack() async throws {
        let (session, user) = try await begin()
        let gone = LogError.unavailable(reason: "the disk is away")
        store.plan(Fault(.read, number: 1, gone), Fault(.read, number: 3, gone))
        await #expect(throws: gone) { _ = try await store.session(session, of: user) }
        #expect(try await store.session(session, of: user) != nil)
        await #expect(throws: gone) { _ = try await store.events(of: session, after: 0, limit: 1) }
        #expect(try await store.events(of: session, after: 0, limit: 1).count == 1)
    }

    @Test(arguments: [Fault.Operation.append, .delete, .claim, .checkpoint, .rebuild])
    func eachKindOfWriteFailsAlone(_ operation: Fault.Operation) async throws {
        let (session, user) = try await begin()
        let claim = IdempotencyClaim(userID: user, key: "k", fingerprint: [], outcome: .response(status: 200, body: []))
        let record = AuditRecord(actorID: user, actorCredential: nil, action: .sessionDeleted, targetKind: .session, targetID: session)
        func failures() async -> [Fault.Operation] {
            var failed: [Fault.Operation] = []
            do { _ = try await store.append(AppendBatch(sessionID: session, drafts: [])) } catch { failed.append(.append) }
            do { try await store.save(claim) } catch { failed.append(.claim) }
            do { _ = try await store.checkpoint() } catch { failed.append(.checkpoint) }
            do { _ = try await store.rebuild(repair: true) } catch { failed.append(.rebuild) }
            do { _ = try await store.delete(session: ids.next(), of: user, recording: record) } catch { failed.append(.delete) }
            return failed
        }
        store.plan(Fault(operation, .full))
        #expect(await failures() == [operation])
        #expect(await failures() == [])
    }
}

/// What an `InMemoryLog` holds is damaged through the store's own state.
struct InMemoryLogStoreFixture: LogStoreFixture {
    private let log = InMemoryLog()

    func open(clock: WallClock) async throws -> any LogStore { InMemoryLogStore(log, clock: clock) }
    func close(_ store: any LogStore) async throws {}
    func replaceLog(of session: SessionID, with events: [LogEvent]) async throws { log.replaceLog(of: session, with: events) }

    func replaceViews(of session: SessionID, with row: SessionRow?, turns: [TurnRow], usage: [UsageRow]?) async throws {
        log.replaceViews(of: session, with: row, turns: turns, usage: usage)
    }

    func removeCheckpoint(_ number: Int) async throws { log.removeCheckpoint(number) }
}
