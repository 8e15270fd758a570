import Conversation
import Testing
import TimeOrdered

extension LogStoreContract {
    static let deletion = [
        Check("a deletion takes everything of a session and nothing else", deletionTakesAll),
        Check("a session is deleted once", deletedOnce),
        Check("a deleted session takes nothing more and never begins again", deletedForGood),
        Check("a deletion is no damage, before and after a checkpoint", deletionIsNoDamage),
    ]

    @Sendable private static func deletionTakesAll(_ trial: LogStoreTrial) async throws {
        let (user, collection) = (trial.ids.next(), trial.ids.next())
        let session = try await trial.session(by: user, turns: 2, collection: collection)
        let kept = try await trial.session(by: user, turns: 1, collection: collection)
        let (turn, keptTurn) = (SampleTurn(trial.ids), SampleTurn(trial.ids))
        for (key, session, turn) in [("gone", session, turn), ("kept", kept, keptTurn)] {
            let claim = IdempotencyClaim(userID: user, key: key, fingerprint: [], outcome: .turn(session: session, turn: turn.id))
            try await trial.append(turn.opening, to: session, claim: claim)
        }
        let before = try await trial.picture(of: kept, by: user)
        #expect(try await trial.delete(session, of: user))
        for _ in 0..<2 {
            #expect(try await trial.picture(of: session, by: user) == .init(row: nil, events: [], turns: []))
            #expect(try await trial.turns(of: session).isEmpty)
            #expect(try await trial.store.events(of: session, seqs: [1, 2, 3]).isEmpty)
            #expect(try await trial.store.turn(turn.id, of: session) == nil)
            #expect(try await trial.store.openTurns().map(\.turn.id) == [keptTurn.id])
            #expect(try await trial.store.idempotencyClaim(of: user, key: "gone") == nil)
            #expect(try await trial.store.sessions(inCollection: collection) == [kept])
            #expect(try await trial.listed(of: user).map(\.id) == [kept])
            #expect(try await trial.store.idempotencyClaim(of: user, key: "kept") != nil)
            #expect(try await trial.picture(of: kept, by: user) == before)
            try await trial.reopen()
        }
    }

    @Sendable private static func deletedOnce(_ trial: LogStoreTrial) async throws {
        let user = trial.ids.next()
        let session = try await trial.session(by: user)
        #expect(try await trial.delete(trial.ids.next(), of: user) == false)
        #expect(try await trial.delete(session, of: user))
        #expect(try await trial.delete(session, of: user) == false)
        try await trial.reopen()
        #expect(try await trial.delete(session, of: user) == false)
    }

    @Sendable private static func deletedForGood(_ trial: LogStoreTrial) async throws {
        let user = trial.ids.next()
        let session = try await trial.session(by: user, turns: 1)
        #expect(try await trial.delete(session, of: user))
        for _ in 0..<2 {
            await #expect(throws: LogError.noSession(session)) { try await trial.append([trial.update("x")], to: session) }
            await #expect(throws: LogError.noSession(session)) {
                try await trial.append([trial.creation(by: user)] + SampleTurn(trial.ids).whole, to: session)
            }
            #expect(try await trial.picture(of: session, by: user) == .init(row: nil, events: [], turns: []))
            try await trial.reopen()
        }
        #expect(try await trial.store.verify().problems.isEmpty)
    }

    @Sendable private static func deletionIsNoDamage(_ trial: LogStoreTrial) async throws {
        let user = trial.ids.next()
        let (old, young) = (try await trial.session(by: user, turns: 1), try await trial.session(by: user, turns: 1))
        #expect(try await trial.store.checkpoint())
        try await trial.append(SampleTurn(trial.ids).whole, to: young)
        for session in [old, young] {
            #expect(try await trial.delete(session, of: user))
            #expect(try await trial.store.verify().problems.isEmpty)
            #expect(try await trial.store.checkpoint())
            #expect(try await trial.store.verify().problems.isEmpty)
            try await trial.reopen()
            #expect(try await trial.store.verify().problems.isEmpty)
            #expect(try await trial.store.rebuild(repair: false).differing.isEmpty)
        }
        let report = try await trial.store.verify()
        // What stays is the workspace's log: its beginning, and that they were deleted.
        #expect(report.sessions == 1 && report.events == 3 && report.checkpoints == 3)
    }
}
