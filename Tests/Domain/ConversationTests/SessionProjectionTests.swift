import Conversation
import ConversationTesting
import JSON
import Testing
import TimeOrdered

/// The rows are the fold of the log, wherever the folding was interrupted.
struct SessionProjectionTests {
    /// The rows after some events, as a store keeps them.
    private struct Rows: Equatable {
        var session: SessionRow?
        var turns: [TurnID: TurnRow] = [:]

        /// Takes in events with a projection made of these rows, as a store does after a restart.
        mutating func fold(_ events: some Sequence<LogEvent>) throws {
            var projection = SessionProjection(session: session)
            for event in events {
                let stored = turns
                for turn in try projection.apply(event, event.decodedPayload(), turns: { stored[$0] }) { turns[turn.id] = turn }
                projection.settle()
            }
            session = projection.session
        }
    }

    @Test(arguments: 1...6 as ClosedRange<UInt64>)
    func foldingInAnyTwoStopsGivesTheSame(_ seed: UInt64) throws {
        let events = try SampleLog.long(seed: seed).events
        var whole = Rows()
        try whole.fold(events)
        #expect(whole.turns.count == 12 && whole.session?.messageCount == 12 && whole.session?.headSeq == events.count)
        for first in 0...events.count {
            for second in first...events.count {
                var rows = Rows()
                for part in [events[..<first], events[first..<second], events[second...]] { try rows.fold(part) }
                #expect(rows == whole, "stops at \(first) and \(second)")
            }
        }
        var oneByOne = Rows()
        for event in events { try oneByOne.fold([event]) }
        #expect(oneByOne == whole)
    }

    @Test func theFoldOfASmallLogIsKnown() throws {
        var log = SampleLog()
        let (turn, running) = (SampleTurn(log.ids), SampleTurn(log.ids))
        try log.add([EventDraft(log.creation)] + turn.whole + running.opening)
        var rows = Rows()
        try rows.fold(log.events)
        func time(_ seq: Int64) -> Timestamp { Timestamp(milliseconds: 1_800_000_000_000 + seq) }
        let expected = SessionRow(
            id: log.session, userID: log.user, workspaceID: log.user, kind: .chat, title: "t", collectionID: log.user, metadata: ["a": 1],
            createdAt: time(1), updatedAt: time(8), lastMessageAt: time(7), headTurnID: running.id, messageCount: 4, archived: false, pinned: false,
            runningTurnID: running.id, headSeq: 8, headHash: log.events[7].hash)
        #expect(rows.session == expected)
        #expect(
            rows.turns.values.sorted { $0.position < $1.position } == [
                TurnRow(
                    id: turn.userTurnID, sessionID: log.session, position: 2, role: .user, status: .complete, contentSeq: 2, title: "t",
                    createdAt: time(2)),
                TurnRow(
                    id: turn.id, sessionID: log.session, position: 3, role: .assistant, status: .complete, contentSeq: 5, sourcesSeq: 4,
                    userTurnID: turn.userTurnID, parentID: turn.userTurnID, depth: 1, jumpID: turn.userTurnID, model: "extractive",
                    createdAt: time(3)),
                TurnRow(
                    id: running.userTurnID, sessionID: log.session, position: 7, role: .user, status: .complete, contentSeq: 7,
                    parentID: turn.id, depth: 2, jumpID: turn.id, createdAt: time(7)),
                TurnRow(
                    id: running.id, sessionID: log.session, position: 8, role: .assistant, status: .generating,
                    userTurnID: running.userTurnID, parentID: running.userTurnID, depth: 3, jumpID: turn.userTurnID, createdAt: time(8)),
            ])
    }

    @Test func aGroupClosedAnewChangesNoTurn() throws {
        var log = SampleLog()
        let (turn, running) = (SampleTurn(log.ids), SampleTurn(log.ids))
        try log.add([EventDraft(log.creation)] + turn.whole + running.opening)
        var rows = Rows()
        try rows.fold(log.events)
        let before = rows
        for group in [turn.id, log.ids.next(), nil] {
            try log.add([EventDraft(.groupClosed(GroupClosed(outcome: .failed)), group: group)])
            try rows.fold(log.events.suffix(1))
        }
        #expect(rows.turns == before.turns)
        #expect(rows.session?.runningTurnID == running.id, "the turn that runs goes on")
    }

    // MARK: Damage

    /// The event is refused with its seq, and the rows stay as they were.
    private func expectDamaged(
        after events: [LogEvent], _ event: LogEvent, reason: String, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        var projection = SessionProjection()
        for event in events { _ = try projection.apply(event, event.decodedPayload(), turns: { _ in nil }) }
        let before = projection.session
        let error = LogError.damaged(session: event.sessionID, seq: event.seq, reason: reason)
        let payload = try event.decodedPayload()
        #expect(throws: error, sourceLocation: sourceLocation) { try projection.apply(event, payload, turns: { _ in nil }) }
        #expect(projection.session == before, sourceLocation: sourceLocation)
    }

    @Test func aSessionIsMadeOnceAndFirst() throws {
        var log = SampleLog()
        let update = EventPayload.sessionUpdated(SessionUpdated(title: "x"))
        for seq in [0, 1, 2] { try expectDamaged(after: [], log.event(update, seq: seq), reason: "the session was not made") }
        for seq in [0, 2] { try expectDamaged(after: [], log.event(log.creation, seq: seq), reason: "a session is made twice") }
        try log.add([EventDraft(log.creation)])
        for seq in [1, 2] { try expectDamaged(after: log.events, log.event(log.creation, seq: seq), reason: "a session is made twice") }
    }

    /// Its way back would lead in a circle.
    @Test func aTurnIsMadeOnce() throws {
        for between in 0...1 {
            var log = SampleLog()
            let turns = (0...between).map { _ in SampleTurn(log.ids) }
            try log.add([EventDraft(log.creation)] + turns.flatMap(\.whole))
            for payload in [turns[0].opening[0].payload, turns[0].opening[1].payload] {
                try expectDamaged(after: log.events, log.event(payload, seq: log.events.count + 1), reason: "a turn is made twice")
            }
        }
    }

    @Test func aBranchIsRenamedToWhatIsFree() throws {
        var log = SampleLog()
        let turn = SampleTurn(log.ids)
        let branches = ["one", "two"].map { EventDraft(.branchCreated(BranchCreated(name: $0, turnID: turn.id))) }
        try log.add([EventDraft(log.creation)] + turn.whole + branches)
        for (name, new) in [("one", "two"), ("one", Branch.main), (Branch.main, "three"), ("four", "five")] {
            let renamed = EventPayload.branchRenamed(BranchRenamed(name: name, newName: new))
            let reason = name == "one" ? "a branch is made twice" : "there is no such branch to rename"
            try expectDamaged(after: log.events, log.event(renamed, seq: log.events.count + 1), reason: reason)
        }
    }

    @Test func seqsHaveNoGap() throws {
        var log = SampleLog()
        try log.add([EventDraft(log.creation)] + SampleTurn(log.ids).whole)
        let update = EventPayload.sessionUpdated(SessionUpdated(title: "x"))
        for seq in [-1, 0, 1, 6, 8, 100] { try expectDamaged(after: log.events, log.event(update, seq: seq), reason: "it should have seq 7") }
        var projection = SessionProjection()
        for event in log.events + [try log.event(update, seq: 7)] { _ = try projection.apply(event, event.decodedPayload(), turns: { _ in nil }) }
        #expect(projection.session?.headSeq == 7)
    }

    @Test func whatBelongsToATurnNeedsItOpen() throws {
        var log = SampleLog()
        let (closed, open, unknown) = (SampleTurn(log.ids), SampleTurn(log.ids), SampleTurn(log.ids))
        try log.add([EventDraft(log.creation)] + closed.whole + open.opening)
        for turn in [closed, unknown] {
            for draft in [turn.freezing, turn.message()] {
                let event = try log.event(draft.payload, seq: 9, group: draft.group)
                try expectDamaged(after: log.events, event, reason: "its turn is not open")
            }
        }
        for draft in [open.freezing, open.message()] {
            var projection = SessionProjection()
            for event in log.events { _ = try projection.apply(event, event.decodedPayload(), turns: { _ in nil }) }
            #expect(
                try projection.apply(log.event(draft.payload, seq: 9, group: draft.group), draft.payload, turns: { _ in nil }).map(\.id) == [open.id])
        }
    }
}
