import Conversation
import JSON
import Testing
import TimeOrdered

extension LogStoreContract {
    static let lines = [
        Check("a line is read by its depths, also far back", linesByDepth),
        Check("versions are those that follow the same turn", versionsOfTurns),
        Check("of many versions the nearest are read", nearestVersions),
        Check("lines part at their fork, and come back to where they were left", forksAndEnds),
        Check("a turn is come back to with what it had when it was last left", endsByTime),
        Check("what takes a turn's place is told", supersedingTurns),
        Check("a shared session is found by its link alone, until it is taken back", sharedSessions),
        Check("ratings are summed by model, and stay where their turn is superseded", ratingsAreSummed),
        Check("sessions are listed as they are asked for", filteredSessions),
        Check("ids are known while their session is there, and a session's for ever", knownIDs),
        Check("copied events use nothing", copiedEventsUseNothing),
        Check("a copy is there once it is whole", copiesAreThereOnceWhole),
    ]

    /// A session of three exchanges, whose second was regenerated and whose first was then edited.
    private struct Tree {
        let session: SessionID
        let user: UUIDv7
        let turns: [SampleTurn]
        let regenerated: SampleTurn
        let edited: SampleTurn
    }

    private static func tree(_ trial: LogStoreTrial) async throws -> Tree {
        let user = trial.ids.next()
        let session = try await trial.session(by: user)
        let turns = (0..<3).map { SampleTurn(trial.ids, question: "q\($0)", answer: "a\($0)") }
        for turn in turns { try await trial.append(turn.whole, to: session) }
        let regenerated = SampleTurn(trial.ids, question: "q1", answer: "other a1", userTurnID: turns[1].userTurnID)
        try await trial.append([again(regenerated, after: turns[1])] + regenerated.closing(), to: session)
        let edited = SampleTurn(trial.ids, question: "other q0", answer: "b0")
        let message = UserMessage(turnID: edited.userTurnID, content: edited.question, supersedes: turns[0].userTurnID)
        let opened = TurnOpened(turnID: edited.id, userTurnID: edited.userTurnID, createsSession: false, regeneratedFrom: turns[0].id)
        try await trial.append(
            [EventDraft(.userMessage(message), group: edited.id), EventDraft(.turnOpened(opened), group: edited.id)] + edited.closing(), to: session)
        return Tree(session: session, user: user, turns: turns, regenerated: regenerated, edited: edited)
    }

    private static func again(_ turn: SampleTurn, after old: SampleTurn) -> EventDraft {
        let opened = TurnOpened(
            turnID: turn.id, userTurnID: turn.userTurnID, createsSession: false, supersedes: old.id, regeneratedFrom: old.id)
        return EventDraft(.turnOpened(opened), group: turn.id)
    }

    private static func ids(_ turns: SampleTurn...) -> [TurnID] { turns.flatMap { [$0.userTurnID, $0.id] } }

    @Sendable private static func linesByDepth(_ trial: LogStoreTrial) async throws {
        let user = trial.ids.next()
        let session = try await trial.session(by: user, turns: 70)
        let all = try await trial.turns(of: session)
        let head = try #require(try await trial.store.session(session, of: user)?.headTurnID)
        #expect(all.count == 140 && all.last?.id == head)
        for depths in [0..<1, 0..<140, 5..<9, 60..<61, 139..<140, 137..<500, 0..<500] {
            #expect(try await trial.store.line(to: head, of: session, depths: depths) == Array(all[depths.clamped(to: 0..<140)]))
        }
        #expect(try await trial.store.line(to: head, of: session, depths: 140..<150).isEmpty)
        #expect(try await trial.store.line(to: head, of: session, depths: 3..<3).isEmpty)
        #expect(try await trial.store.line(to: all[20].id, of: session, depths: 0..<500) == Array(all[...20]))
        #expect(try await trial.store.line(to: head, of: trial.ids.next(), depths: 0..<9).isEmpty)
    }

    @Sendable private static func versionsOfTurns(_ trial: LogStoreTrial) async throws {
        let tree = try await tree(trial)
        func versions(_ id: TurnID) async throws -> [TurnID] {
            let row = try #require(try await trial.store.turn(id, of: tree.session))
            return try await trial.store.versions(of: [row]).map(\.id)
        }
        #expect(try await versions(tree.turns[1].id) == [tree.turns[1].id, tree.regenerated.id])
        #expect(try await versions(tree.regenerated.id) == [tree.turns[1].id, tree.regenerated.id])
        #expect(try await versions(tree.edited.userTurnID) == [tree.turns[0].userTurnID, tree.edited.userTurnID])
        #expect(try await versions(tree.turns[2].id) == [tree.turns[2].id])
        #expect(try await trial.store.versions(of: []).isEmpty)
        let rows = try await trial.turns(of: tree.session)
        #expect(try await trial.store.versions(of: rows) == rows)
        #expect(try await trial.store.turn(tree.regenerated.id, of: tree.session)?.regeneratedFrom == tree.turns[1].id)
    }

    @Sendable private static func nearestVersions(_ trial: LogStoreTrial) async throws {
        let (user, limit) = (trial.ids.next(), NearVersions.limit)
        let session = try await trial.session(by: user)
        var turns = [SampleTurn(trial.ids)]
        var drafts = turns[0].whole
        for _ in 1..<3 * limit {
            let next = SampleTurn(trial.ids, userTurnID: turns[0].userTurnID)
            drafts += [again(next, after: turns[turns.count - 1])] + next.closing()
            turns.append(next)
        }
        try await trial.append(drafts, to: session)
        let rows = try await trial.turns(of: session).filter { $0.role == .assistant }
        #expect(rows.map(\.id) == turns.map(\.id))
        let middle = limit + limit / 2
        let last = rows.count - 1
        let reads: [(Int, ClosedRange<Int>)] = [
            (0, 0...limit), (limit, 0...2 * limit), (middle, middle - limit...middle + limit), (last, last - limit...last),
        ]
        for (index, read) in reads {
            #expect(try await trial.store.versions(of: [rows[index]]) == Array(rows[read]))
        }
        #expect(try await trial.store.versions(of: [rows[limit + 5], rows[limit + 9]]) == Array(rows[5...2 * limit + 9]))
        let told = try await trial.store.nearVersions(of: [rows[0], rows[middle], rows[last]])
        let parts: [(Int, Range<Int>)] = [(0, 0..<limit), (middle, limit..<2 * limit), (last, 2 * limit..<3 * limit)]
        for (index, part) in parts { #expect(told[rows[index].id] == NearVersions(ids: rows[part].map(\.id), isCut: true)) }
        #expect(told.count == parts.count)
        let another = TurnRow(
            id: trial.ids.next(), sessionID: session, position: .max, role: .assistant, status: .complete, parentID: turns[0].userTurnID,
            createdAt: trial.clock.now)
        #expect(try await trial.store.versions(of: [another]) == Array(rows[(2 * limit)...]))
    }

    @Sendable private static func forksAndEnds(_ trial: LogStoreTrial) async throws {
        let tree = try await tree(trial)
        let (old, middle) = (tree.turns[2].id, tree.regenerated.id)
        #expect(try await trial.store.session(tree.session, of: tree.user)?.headTurnID == tree.edited.id)
        #expect(try await trial.store.fork(old, middle, of: tree.session)?.id == tree.turns[1].userTurnID)
        #expect(try await trial.store.fork(old, tree.edited.id, of: tree.session) == nil)
        #expect(try await trial.store.fork(old, tree.turns[0].id, of: tree.session)?.id == tree.turns[0].id)
        // Regenerating left the third exchange, editing left what stood then.
        #expect(try await trial.store.lineEnd(through: tree.turns[1].id, of: tree.session) == old)
        #expect(try await trial.store.lineEnd(through: tree.turns[2].userTurnID, of: tree.session) == old)
        #expect(try await trial.store.lineEnd(through: tree.turns[0].userTurnID, of: tree.session) == middle)
        #expect(try await trial.store.lineEnd(through: middle, of: tree.session) == middle)
        try await trial.append(
            [EventDraft(.turnSelected(TurnSelected(turnID: tree.turns[1].id, headTurnID: old)))], to: tree.session)
        let line = try await trial.store.line(to: old, of: tree.session, depths: 0..<9).map(\.id)
        #expect(line == ids(tree.turns[0], tree.turns[1], tree.turns[2]))
        #expect(try await trial.expectWhole(tree.session, by: tree.user).row?.messageCount == 6)
    }

    @Sendable private static func endsByTime(_ trial: LogStoreTrial) async throws {
        let user = trial.ids.next()
        let session = try await trial.session(by: user)
        let turns = (0..<6).map { SampleTurn(trial.ids, question: "q\($0)", answer: "a\($0)") }
        for turn in turns.prefix(5) { try await trial.append(turn.whole, to: session) }
        let rewound = LineRewound(branch: Branch.main, turnID: turns[2].id, fromTurnID: turns[4].id)
        let events = try await trial.append([EventDraft(.lineRewound(rewound))], to: session)
        let seq = try #require(events.last?.seq)
        try await trial.append([EventDraft(.lineRestored(LineRestored(rewound: seq, turnID: turns[4].id)))] + turns[5].whole, to: session)
        // All but the first exchange is left, later than its end was.
        let edited = SampleTurn(trial.ids, question: "other q1", answer: "b1")
        let message = UserMessage(turnID: edited.userTurnID, content: edited.question, supersedes: turns[1].userTurnID)
        let opened = TurnOpened(turnID: edited.id, userTurnID: edited.userTurnID, createsSession: false)
        try await trial.append(
            [EventDraft(.userMessage(message), group: edited.id), EventDraft(.turnOpened(opened), group: edited.id)] + edited.closing(), to: session)
        for turn in turns[1...] {
            #expect(try await trial.store.lineEnd(through: turn.userTurnID, of: session) == turns[5].id)
            #expect(try await trial.store.lineEnd(through: turn.id, of: session) == turns[5].id)
        }
    }

    @Sendable private static func supersedingTurns(_ trial: LogStoreTrial) async throws {
        let tree = try await tree(trial)
        let all = try await trial.turns(of: tree.session).map(\.id)
        let old = try await trial.store.superseding(all, onLineTo: tree.turns[2].id, of: tree.session)
        #expect(
            old == [
                tree.regenerated.id: tree.turns[1].id, tree.edited.userTurnID: tree.turns[0].userTurnID, tree.edited.id: tree.turns[0].userTurnID,
            ])
        let new = try await trial.store.superseding(all, onLineTo: tree.edited.id, of: tree.session)
        #expect(Set(new.values) == [tree.edited.userTurnID] && new.count == all.count - 2)
        // Behind the end of a line nothing stands in a turn's place.
        #expect(try await trial.store.superseding([tree.turns[2].id], onLineTo: tree.turns[1].id, of: tree.session).isEmpty)
    }

    @Sendable private static func sharedSessions(_ trial: LogStoreTrial) async throws {
        let tree = try await tree(trial)
        try await trial.append([EventDraft(.sessionShared(SessionShared(digest: "aa", turnID: tree.edited.id)))], to: tree.session)
        #expect(try await trial.store.session(sharedBy: "aa")?.id == tree.session)
        #expect(try await trial.store.session(sharedBy: "ab") == nil)
        try await trial.append([EventDraft(.sessionShared(SessionShared(digest: "bb", turnID: tree.edited.id)))], to: tree.session)
        #expect(try await trial.store.session(sharedBy: "aa") == nil)
        try await trial.reopen()
        #expect(try await trial.store.session(sharedBy: "bb")?.share?.turnID == tree.edited.id)
        try await trial.append([EventDraft(.sessionUnshared(SessionUnshared(digest: "bb")))], to: tree.session)
        #expect(try await trial.store.session(sharedBy: "bb") == nil)
        try await trial.expectWhole(tree.session, by: tree.user)
    }

    @Sendable private static func ratingsAreSummed(_ trial: LogStoreTrial) async throws {
        let tree = try await tree(trial)
        func rate(_ turn: SampleTurn, _ rating: Rating?) async throws {
            try await trial.append([EventDraft(.turnRated(TurnRated(turnID: turn.id, rating: rating)))], to: tree.session)
        }
        try await rate(tree.turns[0], .up)
        try await rate(tree.turns[1], .down)
        try await rate(tree.turns[2], .up)
        try await rate(tree.turns[2], nil)
        try await rate(tree.edited, .up)
        let sum = RatingSum(model: "extractive", promptVersion: nil, up: 2, down: 1)
        for user in [tree.user, nil] { #expect(try await trial.store.ratings(in: trial.workspace, of: user) == [sum]) }
        #expect(try await trial.store.ratings(in: trial.workspace, of: trial.ids.next()).isEmpty)
        #expect(try await trial.store.ratings(in: trial.ids.next(), of: nil).isEmpty)
        let rated = try await trial.store.ratedTurns(in: trial.workspace, of: nil, after: nil, limit: 2)
        #expect(rated.map(\.id) == [tree.turns[0].id, tree.turns[1].id])
        #expect(try await trial.store.ratedTurns(in: trial.workspace, of: tree.user, after: rated[1].id, limit: 9).map(\.id) == [tree.edited.id])
    }

    @Sendable private static func filteredSessions(_ trial: LogStoreTrial) async throws {
        let user = trial.ids.next()
        var made: [SessionID] = []
        for number in 0..<4 {
            made.append(try await trial.session(by: user))
            trial.clock.advance()
            let update = SessionUpdated(archived: number.isMultiple(of: 2), pinned: number > 1)
            try await trial.append([EventDraft(.sessionUpdated(update))], to: made[number])
        }
        func listed(_ filter: SessionFilter) async throws -> [SessionID] {
            try await trial.store.sessions(of: user, filter, PageRequest(limit: 9)).items.map(\.id)
        }
        #expect(try await listed(SessionFilter()) == made.reversed())
        #expect(try await listed(SessionFilter(archived: true)) == [made[2], made[0]])
        #expect(try await listed(SessionFilter(archived: false, pinned: true)) == [made[3]])
        #expect(try await listed(SessionFilter(pinned: false)) == [made[1], made[0]])
        let page = try await trial.store.sessions(of: user, SessionFilter(archived: false), PageRequest(limit: 1))
        let next = try await trial.store.sessions(of: user, SessionFilter(archived: false), PageRequest(limit: 1, cursor: page.next))
        #expect((page.items + next.items).map(\.id) == [made[3], made[1]] && next.next == nil)
        let all = try await trial.store.sessions(after: nil, limit: LogStoreTrial.all).map(\.id).filter(made.contains)
        #expect(all == made.sorted())
        #expect(try await trial.store.sessions(after: all[1], limit: 1).map(\.id) == [all[2]])
    }

    @Sendable private static func knownIDs(_ trial: LogStoreTrial) async throws {
        let tree = try await tree(trial)
        let unknown = trial.ids.next()
        #expect(try await trial.store.knows(sessions: [unknown, tree.session], turns: []))
        #expect(try await trial.store.knows(sessions: [], turns: [unknown, tree.regenerated.id]))
        #expect(try await !trial.store.knows(sessions: [unknown], turns: [unknown]))
        #expect(try await trial.delete(tree.session, of: tree.user))
        #expect(try await trial.store.knows(sessions: [tree.session], turns: []))
        #expect(try await !trial.store.knows(sessions: [], turns: [tree.regenerated.id]))
    }

    @Sendable private static func copiedEventsUseNothing(_ trial: LogStoreTrial) async throws {
        let (user, session) = (trial.ids.next(), trial.ids.next())
        let (copied, own) = (SampleTurn(trial.ids), SampleTurn(trial.ids))
        let created = SessionCreated(
            userID: user, workspaceID: trial.workspace, kind: .chat, title: "", collectionID: nil, metadata: [:],
            copiedEvents: 1 + copied.whole.count)
        try await trial.append([EventDraft(.sessionCreated(created))] + copied.whole, to: session)
        #expect(try await trial.usage().isEmpty)
        try await trial.append(own.whole, to: session)
        #expect(try await trial.usage().map(\.sum.turns) == [1])
        #expect(try await trial.store.rebuild(repair: false).differing.isEmpty)
    }

    @Sendable private static func copiesAreThereOnceWhole(_ trial: LogStoreTrial) async throws {
        let (user, session) = (trial.ids.next(), trial.ids.next())
        let turns = [SampleTurn(trial.ids), SampleTurn(trial.ids)]
        let created = SessionCreated(
            userID: user, workspaceID: trial.workspace, kind: .chat, title: "", collectionID: nil, metadata: [:],
            copiedEvents: 1 + turns.flatMap(\.whole).count)
        try await trial.append([EventDraft(.sessionCreated(created))] + turns[0].whole, to: session)
        #expect(try await trial.store.session(session, of: user) == nil)
        #expect(try await trial.store.sessions(of: user, PageRequest(limit: 9)).items == [])
        #expect(try await trial.store.unfinishedCopies().map(\.id) == [session])
        try await trial.append(turns[1].whole, to: session)
        #expect(try await trial.store.session(session, of: user)?.messageCount == 4)
        #expect(try await trial.store.sessions(of: user, PageRequest(limit: 9)).items.map(\.id) == [session])
        #expect(try await trial.store.unfinishedCopies() == [])
    }
}
