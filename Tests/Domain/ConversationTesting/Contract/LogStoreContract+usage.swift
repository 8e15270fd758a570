import Conversation
import Testing
import TimeOrdered

extension LogStoreContract {
    static let usage = [
        Check("usage is the sum of turns by day, user and model", usageIsSummed),
        Check("a turn that is not over has used nothing, and one that failed is a turn", turnsThatCount),
        Check("what a provider says beyond belief is not believed", unbelievableUsage),
        Check("usage is asked for by workspace, user and day", usageIsAskedFor),
        Check("a list of usage goes on where it was, whatever is added", usageByPages),
        Check("usage stays when its session goes, once", usageOutlivesSessions),
        Check("usage that differs from the log is named and repaired", usageIsRebuilt),
        Check("no turn is lost or counted twice among many", usageAmongMany),
    ]

    static func turn(_ trial: LogStoreTrial, _ model: String?, _ prompt: Int, _ completion: Int) -> SampleTurn {
        var turn = SampleTurn(trial.ids)
        turn.model = model
        turn.usage = TokenUsage(promptTokens: prompt, completionTokens: completion)
        return turn
    }

    @Sendable private static func usageIsSummed(_ trial: LogStoreTrial) async throws {
        let (ada, bob) = (trial.ids.next(), trial.ids.next())
        let first = CalendarDate(trial.clock.now)
        let sessions = [try await trial.session(by: ada), try await trial.session(by: ada), try await trial.session(by: bob)]
        for session in sessions {
            try await trial.append(turn(trial, "a", 10, 1).whole, to: session)
            try await trial.append(turn(trial, "b", 100, 2).whole + turn(trial, "b", 200, 3).whole, to: session)
        }
        trial.clock.advance(by: 86_400_000)
        try await trial.append(turn(trial, "a", 1000, 4).whole, to: sessions[0])
        let expected = [
            UsageRow(date: first.advanced(by: 1), userID: ada, model: "a", sum: UsageSum(turns: 1, promptTokens: 1000, completionTokens: 4)),
            UsageRow(date: first, userID: ada, model: "a", sum: UsageSum(turns: 2, promptTokens: 20, completionTokens: 2)),
            UsageRow(date: first, userID: ada, model: "b", sum: UsageSum(turns: 4, promptTokens: 600, completionTokens: 10)),
            UsageRow(date: first, userID: bob, model: "a", sum: UsageSum(turns: 1, promptTokens: 10, completionTokens: 1)),
            UsageRow(date: first, userID: bob, model: "b", sum: UsageSum(turns: 2, promptTokens: 300, completionTokens: 5)),
        ]
        for _ in 0..<2 {
            #expect(try await trial.usage() == expected)
            #expect(try await trial.store.usageTotal(trial.query()) == UsageSum(turns: 10, promptTokens: 1930, completionTokens: 22))
            #expect(try await trial.store.rebuild(repair: false).differing.isEmpty)
            try await trial.reopen()
        }
    }

    @Sendable private static func turnsThatCount(_ trial: LogStoreTrial) async throws {
        let user = trial.ids.next()
        let session = try await trial.session(by: user)
        let running = turn(trial, "a", 5, 5)
        try await trial.append(running.opening + [running.freezing], to: session)
        #expect(try await trial.usage().isEmpty)
        try await trial.append(running.closing(.failed), to: session)
        var silent = SampleTurn(trial.ids)
        silent.model = nil
        try await trial.append(silent.opening + silent.closing(.interrupted), to: session)
        silent = SampleTurn(trial.ids)
        silent.model = ""
        try await trial.append(silent.opening + silent.closing(.interrupted), to: session)
        let found = try await trial.usage()
        #expect(found.map(\.model) == [nil, "a"])
        #expect(found.map(\.sum) == [UsageSum(turns: 2), UsageSum(turns: 1, promptTokens: 5, completionTokens: 5)])
        await trial.expectRefused([trial.update("x"), running.message()], to: session)
        #expect(try await trial.usage() == found, "what is refused has used nothing")
    }

    @Sendable private static func unbelievableUsage(_ trial: LogStoreTrial) async throws {
        let session = try await trial.session(by: trial.ids.next())
        let long = String(repeating: "🍊", count: 5_000)
        for (model, prompt, completion) in [("a\u{0}", Int.max, Int.min), ("a", Int.max, Int.max), ("a", -1, Int.max), (long, 1, 1)] {
            try await trial.append(turn(trial, model, prompt, completion).whole, to: session)
        }
        let most = 1_000_000_000
        let found = try await trial.usage()
        #expect(found.map(\.model) == ["a", "a\u{0}", String(repeating: "🍊", count: 200)])
        #expect(found[0].sum == UsageSum(turns: 2, promptTokens: most, completionTokens: 2 * most))
        #expect(found[1].sum == UsageSum(turns: 1, promptTokens: most))
        #expect(try await trial.store.rebuild(repair: false).differing.isEmpty)
    }

    @Sendable private static func usageIsAskedFor(_ trial: LogStoreTrial) async throws {
        let (users, elsewhere) = ([trial.ids.next(), trial.ids.next()], trial.ids.next())
        let day = CalendarDate(trial.clock.now)
        for user in users {
            for workspace in [trial.workspace, elsewhere] {
                let session = trial.ids.next()
                try await trial.append([trial.creation(by: user, in: workspace)] + turn(trial, "m", 1, 0).whole, to: session)
            }
        }
        func turns(_ workspace: UUIDv7, _ user: UUIDv7?, _ from: Int64, _ to: Int64) async throws -> Int {
            let query = UsageQuery(workspaceID: workspace, userID: user, dates: day.advanced(by: from)...day.advanced(by: to))
            let rows = try await trial.store.usage(query, PageRequest(limit: 100)).items
            let total = try await trial.store.usageTotal(query).turns
            #expect(rows.reduce(0) { $0 + $1.sum.turns } == total && rows.allSatisfy { user == nil || $0.userID == user })
            return total
        }
        #expect(try await turns(trial.workspace, nil, 0, 0) == 2)
        #expect(try await turns(trial.workspace, users[0], 0, 0) == 1)
        #expect(try await turns(elsewhere, users[1], -3, 3) == 1)
        #expect(try await turns(trial.workspace, trial.ids.next(), 0, 0) == 0)
        #expect(try await turns(trial.ids.next(), nil, 0, 0) == 0)
        #expect(try await turns(trial.workspace, nil, 1, 9) == 0)
        #expect(try await turns(trial.workspace, nil, -9, -1) == 0)
    }

    @Sendable private static func usageByPages(_ trial: LogStoreTrial) async throws {
        let users = [trial.ids.next(), trial.ids.next()]
        for _ in 0..<2 {
            for user in users {
                for model in ["b", "a", "a.b", "", "ä", "🍊"] {
                    try await trial.append([trial.creation(by: user)] + turn(trial, model, 1, 1).whole, to: trial.ids.next())
                }
            }
            trial.clock.advance(by: 86_400_000)
        }
        let all = try await trial.usage()
        #expect(all.count == 24 && Set(all).count == 24)
        for limit in [1, 5, 23, 24] { #expect(try await trial.usage(by: limit) == all) }
        #expect(try await trial.store.usage(trial.query(), PageRequest(limit: 3, offset: 20)).items == Array(all[20..<23]))
        let first = try await trial.store.usage(trial.query(), PageRequest(limit: 7))
        try await trial.append([trial.creation(by: users[0])] + turn(trial, "new", 1, 1).whole, to: trial.ids.next())
        let rest = try await trial.store.usage(trial.query(), PageRequest(limit: 100, cursor: first.next))
        #expect(first.items + rest.items == all)
        for cursor in ["", ".", "1", "1.2.3", "\(users[0])", "20000.\(users[0])", "20000.\(users[0]).a", "20000.\(users[0]).xx", "x.\(users[0])."] {
            await #expect(throws: InvalidCursor.self, "\(cursor)") {
                _ = try await trial.store.usage(trial.query(), PageRequest(limit: 5, cursor: cursor))
            }
        }
    }

    @Sendable private static func usageOutlivesSessions(_ trial: LogStoreTrial) async throws {
        let user = trial.ids.next()
        let (session, kept) = (try await trial.session(by: user), try await trial.session(by: user))
        for session in [session, kept] { try await trial.append(turn(trial, "a", 3, 4).whole + turn(trial, "b", 5, 6).whole, to: session) }
        trial.clock.advance(by: 3 * 86_400_000)
        try await trial.append(turn(trial, "a", 7, 8).whole, to: session)
        let before = try await trial.usage()
        #expect(before.count == 3)
        let empty = try await trial.session(by: user)
        for gone in [session, empty] { #expect(try await trial.delete(gone, of: user)) }
        #expect(try await trial.delete(session, of: user) == false)
        for _ in 0..<2 {
            #expect(try await trial.usage() == before)
            #expect(try await trial.store.rebuild(repair: false).differing.isEmpty)
            #expect(try await trial.store.rebuild(repair: true).differing.isEmpty)
            try await trial.reopen()
        }
        let records = try await trial.events(of: trial.workspace).compactMap { event -> AuditRecord? in
            if case .audit(let record) = try event.decodedPayload() { record } else { nil }
        }
        #expect(records.map(\.targetID) == [session, empty] && records[1].usage == nil)
        #expect(records[0].usage?.map(\.sum.promptTokens) == [7, 3, 5])
        #expect(try await trial.store.verify().problems.isEmpty)
    }

    @Sendable private static func usageIsRebuilt(_ trial: LogStoreTrial) async throws {
        let user = trial.ids.next()
        let (session, gone) = (try await trial.session(by: user), try await trial.session(by: user))
        for session in [session, gone] { try await trial.append(turn(trial, "a", 3, 4).whole + turn(trial, "b", 5, 6).whole, to: session) }
        #expect(try await trial.delete(gone, of: user))
        let whole = try await trial.usage()
        let row = UsageRow(date: CalendarDate(trial.clock.now), userID: user, model: "a", sum: UsageSum(turns: 9))
        // A session's own, and those that its workspace's log keeps of one that is gone.
        for (damaged, owner) in [(session, user), (trial.workspace, trial.workspace)] {
            for usage in [[], [row], Array(whole.dropLast())] {
                let found = try await trial.picture(of: damaged, by: owner)
                try await trial.reopen { try await $0.replaceViews(of: damaged, with: found.row, turns: found.turns, usage: usage) }
                #expect(try await trial.usage() != whole)
                #expect(try await trial.store.rebuild(repair: false).differing == [damaged])
                #expect(try await trial.store.rebuild(repair: true).differing == [damaged])
                #expect(try await trial.store.rebuild(repair: false).differing == [])
                #expect(try await trial.usage() == whole)
            }
        }
    }

    @Sendable private static func usageAmongMany(_ trial: LogStoreTrial) async throws {
        let user = trial.ids.next()
        let sessions = try await [trial.session(by: user), trial.session(by: user), trial.session(by: user), trial.session(by: user)]
        try await withThrowingTaskGroup(of: Void.self) { group in
            for session in sessions {
                for number in 0..<10 {
                    group.addTask { try await trial.append(turn(trial, "m\(number % 2)", 2, 1).whole, to: session) }
                }
            }
            try await group.waitForAll()
            for session in sessions.dropLast() {
                group.addTask {
                    let isDeleted = try await trial.delete(session, of: user)
                    #expect(isDeleted)
                }
            }
            for _ in 0..<5 { group.addTask { try await trial.append(turn(trial, "m0", 2, 1).whole, to: sessions[3]) } }
            try await group.waitForAll()
        }
        #expect(try await trial.usage().map(\.sum.turns) == [25, 20])
        #expect(try await trial.store.usageTotal(trial.query()).tokens == 45 * 3)
        #expect(try await trial.store.rebuild(repair: false).differing.isEmpty)
        #expect(try await trial.store.verify().problems.isEmpty)
    }
}
