import Conversation
import JSON
import Testing
import TimeOrdered

extension LogStoreContract {
    static let timeline = [
        Check("a turn's row follows its events, also over restarts", turnFollowsItsEvents),
        Check("a session's row follows its updates", sessionFollowsItsUpdates),
        Check("turns are listed by position", turnsByPosition),
        Check("a turn is found in its own session alone", turnOfItsSession),
        Check("events are read from a seq on, or by their seqs", eventsBySeq),
        Check("open turns are those whose group is not closed", openTurnsAreOpen),
        Check("a turn that was left open is found after a later one has ended", leftOpenBesideLater),
    ]

    @Sendable private static func turnFollowsItsEvents(_ trial: LogStoreTrial) async throws {
        let user = trial.ids.next()
        for outcome in [TurnStatus.complete, .stopped, .interrupted, .failed] {
            let session = try await trial.session(by: user, turns: 1)
            let first = try await trial.turns(of: session)[0].id
            let turn = SampleTurn(trial.ids)
            try await trial.append(turn.opening, to: session)
            var expected = TurnRow(
                id: turn.id, sessionID: session, position: 8, role: .assistant, status: .generating, userTurnID: turn.userTurnID,
                parentID: turn.userTurnID, depth: 3, jumpID: first, createdAt: trial.clock.now)
            #expect(try await trial.store.turn(turn.id, of: session) == expected)
            #expect(try await trial.store.session(session, of: user)?.runningTurnID == turn.id)
            #expect(try await trial.store.session(session, of: user)?.messageCount == 4)
            try await trial.reopen()
            try await trial.append([turn.freezing], to: session)
            expected.sourcesSeq = 9
            #expect(try await trial.store.turn(turn.id, of: session) == expected)
            try await trial.reopen()
            try await trial.append([turn.message(outcome)], to: session)
            (expected.contentSeq, expected.status, expected.model) = (10, outcome, turn.model)
            #expect(try await trial.store.turn(turn.id, of: session) == expected)
            #expect(try await trial.store.openTurns().map(\.turn) == [expected])
            try await trial.reopen()
            try await trial.append([EventDraft(.groupClosed(GroupClosed(outcome: outcome)), group: turn.id)], to: session)
            #expect(try await trial.store.turn(turn.id, of: session) == expected)
            let found = try await trial.expectWhole(session, by: user)
            #expect(found.row?.runningTurnID == nil)
            #expect(found.turns.map(\.role) == [.user, .assistant, .user, .assistant])
            await trial.expectRefused([turn.message()], to: session)
        }
    }

    @Sendable private static func sessionFollowsItsUpdates(_ trial: LogStoreTrial) async throws {
        let (user, collection) = (trial.ids.next(), trial.ids.next())
        let session = try await trial.session(by: user, collection: collection)
        func row() async throws -> SessionRow { try #require(try await trial.store.session(session, of: user)) }
        let made = try await row()
        #expect(made.userID == user && made.workspaceID == trial.workspace && made.kind == .chat && made.collectionID == collection)
        #expect(made.messageCount == 0 && !made.archived && !made.pinned && made.metadata.isEmpty)
        #expect(try await trial.store.sessions(inCollection: collection) == [session])
        try await trial.append([EventDraft(.sessionUpdated(SessionUpdated(archived: true)))], to: session)
        #expect(try await row().archived)
        let update = SessionUpdated(title: "T", metadata: ["b": 1, "a": [2]], archived: false, pinned: true)
        try await trial.append([EventDraft(.sessionUpdated(update))], to: session)
        try await trial.append([EventDraft(.sessionUpdated(SessionUpdated()))], to: session)
        let changed = try await row()
        #expect(changed.title == "T" && changed.metadata == ["b": 1, "a": [2]] && !changed.archived && changed.pinned)
        #expect(changed.collectionID == collection && changed.headSeq == 4)
        try await trial.append([EventDraft(.sessionUpdated(SessionUpdated(leavesCollection: true)))], to: session)
        #expect(try await row().collectionID == nil)
        #expect(try await trial.store.sessions(inCollection: collection).isEmpty)
        try await trial.expectWhole(session, by: user)
    }

    @Sendable private static func turnsByPosition(_ trial: LogStoreTrial) async throws {
        let user = trial.ids.next()
        let session = try await trial.session(by: user, turns: 4)
        _ = try await trial.session(by: user, turns: 2)
        let all = try await trial.turns(of: session)
        #expect(all.count == 8)
        #expect(all.map(\.position) == [2, 3, 7, 8, 12, 13, 17, 18])
        for limit in 1...9 {
            let row = try #require(try await trial.store.session(session, of: user))
            #expect(try await trial.store.lastTurns(of: row, limit: limit) == all.suffix(limit))
            #expect(try await trial.store.turns(of: session, after: 3, limit: limit) == Array(all[2...].prefix(limit)))
        }
        #expect(try await trial.store.turns(of: session, after: 10, limit: 2).map(\.position) == [12, 13])
        #expect(try await trial.store.turns(of: session, after: 18, limit: 10).isEmpty)
        #expect(try await trial.turns(of: trial.ids.next()).isEmpty)
        #expect(try await trial.store.line(to: trial.ids.next(), of: session, depths: 0..<3).isEmpty)
    }

    @Sendable private static func turnOfItsSession(_ trial: LogStoreTrial) async throws {
        let user = trial.ids.next()
        let (session, other) = (try await trial.session(by: user), try await trial.session(by: user, turns: 1))
        let turn = SampleTurn(trial.ids)
        try await trial.append(turn.whole, to: session)
        #expect(try await trial.store.turn(turn.id, of: session)?.id == turn.id)
        #expect(try await trial.store.turn(turn.userTurnID, of: session)?.role == .user)
        #expect(try await trial.store.turn(turn.id, of: other) == nil)
        #expect(try await trial.store.turn(trial.ids.next(), of: session) == nil)
    }

    @Sendable private static func eventsBySeq(_ trial: LogStoreTrial) async throws {
        let user = trial.ids.next()
        let (session, other) = (try await trial.session(by: user, turns: 2), try await trial.session(by: user, turns: 1))
        let all = try await trial.events(of: session)
        #expect(all.map(\.seq) == Array(1...11))
        for seq in 0...12 { #expect(try await trial.store.events(of: session, after: seq, limit: 4) == Array(all.dropFirst(seq).prefix(4))) }
        #expect(try await trial.store.events(of: session, after: 0, limit: 1).map(\.seq) == [1])
        #expect(try await trial.store.events(of: session, seqs: [9, 2, 99, 5, 2]) == [all[1], all[4], all[8]])
        #expect(try await trial.store.events(of: session, seqs: []).isEmpty)
        #expect(try await trial.store.events(of: other, seqs: [9]).isEmpty)
        #expect(try await trial.store.events(of: session, seqs: Array(-500...2_000)) == all)
        #expect(try await trial.events(of: trial.ids.next()).isEmpty)
    }

    @Sendable private static func openTurnsAreOpen(_ trial: LogStoreTrial) async throws {
        let (closed, open) = (SampleTurn(trial.ids), [SampleTurn(trial.ids), SampleTurn(trial.ids)])
        let users = [trial.ids.next(), trial.ids.next()]
        #expect(try await trial.store.openTurns().isEmpty)
        let sessions = [try await trial.session(by: users[0]), try await trial.session(by: users[1])]
        try await trial.append(closed.whole, to: sessions[0])
        for (session, turn) in zip(sessions, open) { try await trial.append(turn.opening, to: session) }
        try await trial.reopen()
        let found = try await trial.store.openTurns()
        #expect(found.map(\.session) == sessions)
        #expect(found.map(\.turn.id) == open.map(\.id))
        #expect(found.allSatisfy { $0.turn.status == .generating })
        try await trial.append(open[0].closing(.interrupted), to: sessions[0])
        #expect(try await trial.store.openTurns().map(\.turn.id) == [open[1].id])
        #expect(try await trial.delete(sessions[1], of: users[1]))
        #expect(try await trial.store.openTurns().isEmpty)
        #expect(try await trial.expectWhole(sessions[0], by: users[0]).turns.last?.status == .interrupted)
    }

    /// The end of a turn could not be stored, and the session went on: at the next start the turn must be found and closed.
    @Sendable private static func leftOpenBesideLater(_ trial: LogStoreTrial) async throws {
        let user = trial.ids.next()
        let session = try await trial.session(by: user)
        let (left, later, last) = (SampleTurn(trial.ids), SampleTurn(trial.ids), SampleTurn(trial.ids))
        try await trial.append(left.opening, to: session)
        try await trial.append(later.opening, to: session)
        try await trial.append(later.closing(), to: session)
        #expect(try await trial.store.openTurns().map(\.turn.id) == [left.id])
        try await trial.reopen()
        try await trial.append(last.opening, to: session)
        #expect(try await Set(trial.store.openTurns().map(\.turn.id)) == [left.id, last.id])
        try await trial.append(left.closing(.interrupted), to: session)
        #expect(try await trial.store.session(session, of: user)?.runningTurnID == last.id)
        #expect(try await trial.store.openTurns().map(\.turn.id) == [last.id])
        try await trial.append(last.closing(), to: session)
        #expect(try await trial.store.openTurns().isEmpty)
        let turns = try await trial.expectWhole(session, by: user).turns
        #expect(turns.filter { $0.role == .assistant }.map(\.status) == [.interrupted, .complete, .complete])
    }
}
