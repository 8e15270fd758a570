import Conversation
import Testing
import TimeOrdered

extension LogStoreContract {
    static let concurrency = [
        Check("writers of one session leave no gap and keep their batches together", writersOfOneSession),
        Check("writers of many sessions do not mix them", writersOfManySessions),
        Check("refused batches take no others with them", refusedAmongOthers),
        Check("a view is never behind its log, and what is acknowledged is read at once", viewsKeepUp),
        Check("a session deleted among appends is gone", deletedAmongAppends),
    ]

    @Sendable private static func writersOfOneSession(_ trial: LogStoreTrial) async throws {
        let user = trial.ids.next()
        let session = try await trial.session(by: user)
        let (writers, batches) = (8, 12)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<writers {
                group.addTask {
                    var last = 0
                    for batch in 0..<batches {
                        let drafts = (0..<3).map { trial.update("\(writer).\(batch).\($0)") }
                        let seqs = try await trial.append(drafts, to: session).map(\.seq)
                        #expect(seqs == Array(seqs[0]..<seqs[0] + 3))
                        #expect(seqs[0] > last)
                        last = seqs[2]
                    }
                }
            }
            try await group.waitForAll()
        }
        let found = try await trial.expectWhole(session, by: user)
        #expect(found.events.count == 1 + writers * batches * 3)
        #expect(Set(found.events.map(\.payload)).count == found.events.count)
        #expect(try await trial.store.verify().problems.isEmpty)
    }

    @Sendable private static func writersOfManySessions(_ trial: LogStoreTrial) async throws {
        let (user, sessions) = (trial.ids.next(), (0..<40).map { _ in trial.ids.next() })
        try await withThrowingTaskGroup(of: Void.self) { group in
            for session in sessions {
                group.addTask {
                    try await trial.append([trial.creation(by: user, title: "\(session)")], to: session)
                    for _ in 0..<3 {
                        let turn = SampleTurn(trial.ids, question: "\(session)")
                        try await trial.append(turn.opening, to: session)
                        try await trial.append([turn.freezing] + turn.closing(), to: session)
                    }
                }
            }
            try await group.waitForAll()
        }
        for session in sessions {
            let found = try await trial.expectWhole(session, by: user)
            #expect(found.row?.title == "\(session)")
            #expect(found.events.count == 16 && found.turns.count == 6)
            for case .userMessage(let message) in try found.events.map({ try $0.decodedPayload() }) { #expect(message.content == "\(session)") }
        }
        #expect(try await Set(trial.listed(of: user).map(\.id)) == Set(sessions))
        #expect(try await trial.store.openTurns().isEmpty)
    }

    @Sendable private static func refusedAmongOthers(_ trial: LogStoreTrial) async throws {
        let user = trial.ids.next()
        let sessions = [try await trial.session(by: user), try await trial.session(by: user)]
        let refused = try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 0..<60 {
                let session = sessions[number % 2]
                let turn = SampleTurn(trial.ids)
                group.addTask {
                    if number % 3 > 0 {
                        try await trial.append(turn.whole, to: session)
                        return false
                    }
                    await trial.expectRefused([trial.update("never"), turn.message()], to: session)
                    return true
                }
            }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(refused == 20)
        for session in sessions {
            let found = try await trial.expectWhole(session, by: user)
            #expect(found.events.count == 1 + 20 * 5)
            #expect(found.row?.title == "Loquats")
        }
    }

    @Sendable private static func viewsKeepUp(_ trial: LogStoreTrial) async throws {
        let user = trial.ids.next()
        let session = try await trial.session(by: user)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<3 {
                group.addTask {
                    for _ in 0..<10 {
                        let turn = SampleTurn(trial.ids)
                        let own = try await trial.append(turn.whole, to: session)
                        #expect(try await trial.store.events(of: session, seqs: own.map(\.seq)) == own)
                        #expect(try await trial.store.turn(turn.id, of: session)?.status == .complete)
                    }
                }
                group.addTask {
                    for _ in 0..<20 {
                        let last = try await trial.events(of: session).last
                        let row = try #require(try await trial.store.session(session, of: user))
                        #expect(row.headSeq >= last?.seq ?? 0)
                        #expect(try await trial.store.events(of: session, seqs: [row.headSeq]).first?.hash == row.headHash)
                        let turns = try await trial.turns(of: session)
                        #expect(turns.count >= row.messageCount && turns.allSatisfy { $0.status == .complete })
                    }
                }
            }
            try await group.waitForAll()
        }
        try await trial.expectWhole(session, by: user)
    }

    @Sendable private static func deletedAmongAppends(_ trial: LogStoreTrial) async throws {
        let user = trial.ids.next()
        let kept = try await trial.session(by: user)
        for _ in 0..<6 {
            let session = try await trial.session(by: user, turns: 1)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<12 {
                    group.addTask {
                        if number == 6 {
                            #expect(try await trial.delete(session, of: user))
                            return
                        }
                        // Whether it comes before the deletion is open; after it there is no session.
                        do { try await trial.append(SampleTurn(trial.ids).whole, to: session) } catch LogError.noSession(session) {}
                        try await trial.append(SampleTurn(trial.ids).whole, to: kept)
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await trial.picture(of: session, by: user) == .init(row: nil, events: [], turns: []))
            await #expect(throws: LogError.noSession(session)) { try await trial.append([trial.update("x")], to: session) }
        }
        #expect(try await trial.expectWhole(kept, by: user).events.count == 1 + 6 * 11 * 5)
        #expect(try await trial.store.verify().problems.isEmpty)
        #expect(try await trial.store.rebuild(repair: false).differing.isEmpty)
    }
}
