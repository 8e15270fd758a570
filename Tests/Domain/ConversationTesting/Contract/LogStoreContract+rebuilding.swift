import Conversation
import Testing
import TimeOrdered

extension LogStoreContract {
    static let rebuilding = [
        Check("healthy views equal the fold of their logs", healthyViews),
        Check("a view that differs is named, and left until it is to be repaired", differingViews),
        Check("rows of a session that has no log are taken away", rowsWithoutLog),
        Check("what was appended onto a damaged view is repaired with it", repairReachesAppends),
        Check("a damaged log is named and keeps no other view from being repaired", damageKeepsNoOther),
        Check("rebuilding while sessions are written leaves no view behind its log", rebuildingAmongAppends),
    ]

    @Sendable private static func healthyViews(_ trial: LogStoreTrial) async throws {
        let user = trial.ids.next()
        #expect(try await trial.store.rebuild(repair: true) == RebuildReport())
        let session = try await trial.session(by: user, turns: 3)
        try await trial.append(SampleTurn(trial.ids).opening, to: session)
        let gone = try await trial.session(by: user, turns: 1)
        #expect(try await trial.delete(gone, of: user))
        _ = try await trial.session(by: user)
        let before = try await trial.picture(of: session, by: user)
        var expected = RebuildReport()
        // The third is the log of the workspace, which was told of the deletion.
        (expected.sessions, expected.turns) = (3, 8)
        #expect(try await trial.store.rebuild(repair: false) == expected)
        #expect(try await trial.store.rebuild(repair: true) == expected)
        #expect(try await trial.picture(of: session, by: user) == before)
    }

    @Sendable private static func differingViews(_ trial: LogStoreTrial) async throws {
        let user = trial.ids.next()
        let damages: [@Sendable (SessionRow, [TurnRow]) -> (SessionRow?, [TurnRow])] = [
            { row, turns in (nil, turns) }, { row, turns in (row.changed { $0.title = "Lemons" }, turns) },
            { row, turns in (row.changed { $0.messageCount += 1 }, turns) }, { row, turns in (row.changed { $0.pinned = true }, turns) },
            { row, turns in (row.changed { $0.lastMessageAt = $0.lastMessageAt.advanced(by: 1) }, turns) },
            { row, turns in (row.changed { $0.collectionID = $0.id }, turns) }, { row, turns in (row, turns.dropLast()) },
            { row, turns in (row, []) }, { row, turns in (row, turns.map { turn in turn.changed { $0.contentSeq = 1 } }) },
            { row, turns in (row, turns.map { turn in turn.changed { $0.status = .failed } }) },
        ]
        for damage in damages {
            let session = try await trial.session(by: user, turns: 2)
            let whole = try await trial.picture(of: session, by: user)
            let (row, turns) = damage(try #require(whole.row), whole.turns)
            try await trial.reopen { try await $0.replaceViews(of: session, with: row, turns: turns) }
            #expect(try await trial.store.rebuild(repair: false).differing == [session])
            #expect(try await trial.picture(of: session, by: user) == .init(row: row, events: whole.events, turns: turns))
            #expect(try await trial.store.rebuild(repair: true).differing == [session])
            #expect(try await trial.picture(of: session, by: user) == whole)
            #expect(try await trial.store.rebuild(repair: true).differing == [])
            try await trial.append(SampleTurn(trial.ids).whole, to: session)
            try await trial.expectWhole(session, by: user)
        }
    }

    @Sendable private static func rowsWithoutLog(_ trial: LogStoreTrial) async throws {
        let user = trial.ids.next()
        let session = try await trial.session(by: user, turns: 1)
        try await trial.reopen { try await $0.replaceLog(of: session, with: []) }
        #expect(try await trial.store.rebuild(repair: true).differing == [session])
        #expect(try await trial.picture(of: session, by: user) == .init(row: nil, events: [], turns: []))
        #expect(try await trial.listed(of: user).isEmpty)
    }

    @Sendable private static func repairReachesAppends(_ trial: LogStoreTrial) async throws {
        let user = trial.ids.next()
        let session = try await trial.session(by: user, turns: 1)
        let whole = try await trial.picture(of: session, by: user)
        let damaged = whole.row?.changed { $0.title = "Lemons" }
        try await trial.reopen { try await $0.replaceViews(of: session, with: damaged, turns: whole.turns) }
        try await trial.append(SampleTurn(trial.ids).whole, to: session)
        #expect(try await trial.store.session(session, of: user)?.title == "Lemons")
        #expect(try await trial.store.rebuild(repair: true).differing == [session])
        try await trial.append(SampleTurn(trial.ids).whole, to: session)
        try await trial.expectWhole(session, by: user)
        try await trial.reopen()
        try await trial.append(SampleTurn(trial.ids).whole, to: session)
        try await trial.expectWhole(session, by: user)
    }

    @Sendable private static func damageKeepsNoOther(_ trial: LogStoreTrial) async throws {
        let user = trial.ids.next()
        var (sessions, whole) = ([SessionID](), [LogStoreTrial.Picture]())
        for number in 0..<4 {
            sessions.append(try await trial.session(by: user, turns: 1))
            whole.append(try await trial.picture(of: sessions[number], by: user))
        }
        // Damaged ones stand before, between and behind those that can be mended.
        for number in [0, 2] {
            let (session, events) = (sessions[number], whole[number].events.filter { $0.seq != 3 })
            try await trial.reopen { try await $0.replaceLog(of: session, with: events) }
        }
        for number in [1, 3] {
            let (session, damaged) = (sessions[number], whole[number].row?.changed { $0.title = "Lemons" })
            try await trial.reopen { try await $0.replaceViews(of: session, with: damaged, turns: []) }
        }
        var expected = RebuildReport()
        (expected.sessions, expected.turns, expected.differing) = (4, 4, [sessions[1], sessions[3]].sorted())
        expected.damaged = [sessions[0], sessions[2]].sorted().map { .init(session: $0, seq: 4, reason: "it should have seq 3") }
        #expect(try await trial.store.rebuild(repair: false) == expected)
        #expect(try await trial.store.rebuild(repair: true) == expected)
        for number in [1, 3] { #expect(try await trial.picture(of: sessions[number], by: user) == whole[number]) }
        for number in [0, 2] { #expect(try await trial.turns(of: sessions[number]) == whole[number].turns) }
        expected.differing = []
        #expect(try await trial.store.rebuild(repair: true) == expected)
    }

    @Sendable private static func rebuildingAmongAppends(_ trial: LogStoreTrial) async throws {
        let user = trial.ids.next()
        var sessions: [SessionID] = []
        for _ in 0..<30 { sessions.append(try await trial.session(by: user, turns: 1)) }
        for session in sessions {
            let whole = try await trial.picture(of: session, by: user)
            let damaged = whole.row?.changed { $0.title = "Lemons" }
            try await trial.reopen { try await $0.replaceViews(of: session, with: damaged, turns: []) }
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                let report = try await trial.store.rebuild(repair: true)
                #expect(report.differing.count == 30)
            }
            for session in sessions {
                group.addTask { for _ in 0..<4 { try await trial.append(SampleTurn(trial.ids).whole, to: session) } }
            }
            try await group.waitForAll()
        }
        for session in sessions { try await trial.expectWhole(session, by: user) }
        #expect(try await trial.store.rebuild(repair: false).differing.isEmpty)
    }
}

extension SessionRow {
    fileprivate func changed(_ change: (inout SessionRow) -> Void) -> SessionRow {
        var row = self
        change(&row)
        return row
    }
}

extension TurnRow {
    fileprivate func changed(_ change: (inout TurnRow) -> Void) -> TurnRow {
        var row = self
        change(&row)
        return row
    }
}
