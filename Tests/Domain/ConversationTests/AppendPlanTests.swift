import Conversation
import ConversationTesting
import JSON
import Testing
import TimeOrdered

extension AppendPlan {
    /// - Parameter rows: the turns as they are stored.
    fileprivate init(_ batch: AppendBatch, onto projection: SessionProjection, now: Timestamp, rows: [TurnRow]) throws {
        try self.init(batch, onto: projection, now: now) { id in rows.first { $0.id == id } }
    }
}

/// What a store is to write for a batch.
struct AppendPlanTests {
    private let ids = UUIDv7Generator(clock: ManualClock().wallClock, random: { 3 })
    private let now = Timestamp(milliseconds: 1_800_000_000_000)

    private func creation(_ user: UUIDv7) -> EventDraft {
        EventDraft(
            .sessionCreated(SessionCreated(userID: user, workspaceID: user, kind: .chat, title: "", collectionID: nil, metadata: .init())))
    }

    @Test func aFirstBatchBeginsTheChain() throws {
        let (session, turn) = (ids.next(), SampleTurn(ids))
        let drafts = [creation(ids.next())] + turn.opening
        let plan = try AppendPlan(AppendBatch(sessionID: session, drafts: drafts), onto: SessionProjection(), now: now, rows: [])
        #expect(plan.events.map(\.seq) == [1, 2, 3])
        #expect(plan.events.map(\.group) == [nil, turn.id, turn.id])
        #expect(plan.events.allSatisfy { $0.createdAt == now && $0.sessionID == session })
        #expect(try plan.events.map(\.payload) == drafts.map { try $0.payload.encoded() })
        var previous = EventHash.beginning(of: session)
        for event in plan.events {
            let expected = EventHash(
                after: previous, seq: event.seq, kind: event.kind.rawValue, group: event.group, createdAt: now, payload: event.payload)
            #expect(event.hash == expected)
            previous = event.hash
        }
        #expect(plan.projection.session?.headHash == previous)
        #expect(plan.projection.session?.headSeq == 3)
        #expect(plan.turns.map(\.id) == [turn.userTurnID, turn.id])
    }

    @Test func aTurnThatIsTouchedOftenIsWrittenOnceAsItStandsLast() throws {
        let (session, first, second) = (ids.next(), SampleTurn(ids), SampleTurn(ids))
        let batch = AppendBatch(sessionID: session, drafts: [creation(ids.next())] + first.whole + second.whole)
        let turns = try AppendPlan(batch, onto: SessionProjection(), now: now, rows: []).turns
        #expect(turns.map(\.id) == [first.userTurnID, first.id, second.userTurnID, second.id])
        #expect(turns.map(\.position) == [2, 3, 7, 8])
        #expect(turns.map(\.status) == [.complete, .complete, .complete, .complete])
        #expect(turns.map(\.contentSeq) == [2, 5, 7, 10])
        #expect(turns.map(\.sourcesSeq) == [nil, 4, nil, 9])
    }

    @Test func onlyTouchedTurnsAreWritten() throws {
        let (session, first, second) = (ids.next(), SampleTurn(ids), SampleTurn(ids))
        let begun = try AppendPlan(
            AppendBatch(sessionID: session, drafts: [creation(ids.next())] + first.whole + second.opening), onto: SessionProjection(), now: now,
            rows: [])
        let end = try AppendPlan(
            AppendBatch(sessionID: session, drafts: second.closing(.stopped)), onto: begun.projection, now: now, rows: begun.turns)
        #expect(end.events.map(\.seq) == [9, 10])
        #expect(end.turns.map(\.id) == [second.id])
        #expect(end.turns.map(\.status) == [.stopped])
        let update = EventDraft(.sessionUpdated(SessionUpdated(title: "x")))
        #expect(
            try AppendPlan(AppendBatch(sessionID: session, drafts: [update]), onto: end.projection, now: now, rows: begun.turns + end.turns).turns
                .isEmpty)
    }

    @Test func batchesMakeTheChainThatOneBatchMakes() throws {
        let session = ids.next()
        let drafts = [creation(ids.next())] + SampleTurn(ids).whole + SampleTurn(ids).whole
        let whole = try AppendPlan(AppendBatch(sessionID: session, drafts: drafts), onto: SessionProjection(), now: now, rows: [])
        for split in 1..<drafts.count {
            let first = try AppendPlan(
                AppendBatch(sessionID: session, drafts: Array(drafts[..<split])), onto: SessionProjection(), now: now, rows: [])
            let second = try AppendPlan(
                AppendBatch(sessionID: session, drafts: Array(drafts[split...])), onto: first.projection, now: now, rows: first.turns)
            #expect(first.events + second.events == whole.events)
            #expect(second.projection.session == whole.projection.session)
        }
    }

    @Test func nothingComesOfNothing() throws {
        let plan = try AppendPlan(AppendBatch(sessionID: ids.next(), drafts: []), onto: SessionProjection(), now: now, rows: [])
        #expect(plan.events.isEmpty && plan.turns.isEmpty && plan.projection.session == nil)
    }

    @Test func aBatchThatCannotFollowIsRefused() throws {
        let (session, turn) = (ids.next(), SampleTurn(ids))
        let begun = try AppendPlan(AppendBatch(sessionID: session, drafts: [creation(ids.next())]), onto: SessionProjection(), now: now, rows: [])
        func plan(_ drafts: [EventDraft], onto projection: SessionProjection = begun.projection) throws -> AppendPlan {
            try AppendPlan(AppendBatch(sessionID: session, drafts: drafts), onto: projection, now: now, rows: [])
        }
        #expect(throws: LogError.damaged(session: session, seq: 1, reason: "the session was not made")) {
            _ = try plan(turn.opening, onto: SessionProjection())
        }
        #expect(throws: LogError.damaged(session: session, seq: 2, reason: "a session is made twice")) { _ = try plan([creation(ids.next())]) }
        #expect(throws: LogError.damaged(session: session, seq: 4, reason: "its turn is not open")) {
            _ = try plan(turn.opening + [SampleTurn(ids).message()])
        }
        #expect(try plan(turn.whole).events.count == 5)
    }
}
