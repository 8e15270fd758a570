import ConversationTesting
import Generation
import Testing
import TimeOrdered
import Turns

extension SessionCacheContract {
    static let sessions = [
        Check("a session is found as it was begun", begun),
        Check("the last pairs are remembered, in their order", lastPairs),
        Check("a turn without an answer counts and is not remembered", withoutAnswer),
        Check("nothing of another user is found or changed", otherUsers),
        Check("an id is begun anew by its user and by nobody else", begunAnew),
        Check("a session that was ended is gone and not known", ended),
        Check("turns that end at the same time are all counted", atTheSameTime),
        Check("sessions that change at the same time do not mix", manyAtOnce),
    ]

    @Sendable private static func begun(_ trial: SessionCacheTrial) async throws {
        let (id, collection) = (trial.ids.next(), trial.ids.next())
        #expect(try await trial.found(id) == nil)
        let session = try await trial.cache.begin(id, of: trial.user, collection: collection)
        let expected = EphemeralSession(id: id, userID: trial.user, collectionID: collection, createdAt: trial.clock.now)
        #expect(session == expected)
        trial.clock.advance(by: 5)
        #expect(try await trial.found(id) == expected)
        #expect(try await trial.found(trial.ids.next()) == nil)
    }

    @Sendable private static func lastPairs(_ trial: SessionCacheTrial) async throws {
        let id = try await trial.session()
        let createdAt = trial.clock.now
        for number in 1...5 {
            trial.clock.advance(by: 1_000)
            let session = try #require(try await trial.cache.add(trial.pair(number), to: id, of: trial.user))
            #expect(session.pairs == (max(1, number - 2)...number).map { trial.pair($0) })
            #expect(session.turnCount == number && session.createdAt == createdAt && session.lastTurnAt == trial.clock.now)
            #expect(try await trial.found(id) == session)
        }
    }

    @Sendable private static func withoutAnswer(_ trial: SessionCacheTrial) async throws {
        let id = try await trial.session(turns: 1)
        trial.clock.advance()
        let session = try #require(try await trial.cache.add(nil, to: id, of: trial.user))
        #expect(session.pairs == [trial.pair(0)])
        #expect(session.turnCount == 2 && session.lastTurnAt == trial.clock.now)
    }

    @Sendable private static func otherUsers(_ trial: SessionCacheTrial) async throws {
        let id = try await trial.session(turns: 2)
        let (before, stranger) = (try await trial.found(id), trial.ids.next())
        #expect(before != nil)
        #expect(try await trial.cache.session(id, of: stranger) == nil)
        #expect(try await trial.cache.renew(id, of: stranger) == nil)
        #expect(try await trial.cache.add(trial.pair("theirs"), to: id, of: stranger) == nil)
        #expect(try await trial.cache.end(id, of: stranger) == false)
        #expect(try await trial.found(id) == before)
        trial.clock.advance(by: SessionCacheTrial.lifetime)
        #expect(try await trial.cache.wasEphemeral(id, of: stranger) == false)
        #expect(try await trial.cache.wasEphemeral(id, of: trial.user))
    }

    @Sendable private static func begunAnew(_ trial: SessionCacheTrial) async throws {
        let id = try await trial.session(turns: 2)
        let before = try await trial.found(id)
        await #expect(throws: SessionCacheError.taken) { _ = try await trial.cache.begin(id, of: trial.ids.next(), collection: nil) }
        #expect(try await trial.found(id) == before)
        let again = try await trial.cache.begin(id, of: trial.user, collection: nil)
        #expect(again.pairs.isEmpty && again.turnCount == 0)
        #expect(try await trial.found(id) == again)
    }

    @Sendable private static func ended(_ trial: SessionCacheTrial) async throws {
        let (id, other) = (try await trial.session(turns: 1), try await trial.session(turns: 1))
        #expect(try await trial.cache.end(id, of: trial.user))
        #expect(try await trial.found(id) == nil)
        #expect(try await trial.cache.wasEphemeral(id, of: trial.user) == false)
        #expect(try await trial.cache.add(trial.pair("late"), to: id, of: trial.user) == nil)
        #expect(try await trial.found(id) == nil)
        #expect(try await trial.cache.end(id, of: trial.user) == false)
        #expect(try await trial.found(other)?.pairs == [trial.pair(0)])
    }

    @Sendable private static func atTheSameTime(_ trial: SessionCacheTrial) async throws {
        let id = try await trial.session()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<40 {
                group.addTask {
                    let session = try await trial.cache.add(trial.pair(number), to: id, of: trial.user)
                    #expect(session != nil)
                }
            }
            try await group.waitForAll()
        }
        let session = try #require(try await trial.found(id))
        #expect(session.turnCount == 40)
        #expect(Set(session.pairs).count == SessionCacheTrial.pairs)
    }

    @Sendable private static func manyAtOnce(_ trial: SessionCacheTrial) async throws {
        var ids: [UUIDv7] = []
        for _ in 0..<20 { ids.append(try await trial.session()) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for id in ids {
                group.addTask {
                    for number in 0..<5 {
                        _ = try await trial.cache.add(trial.pair("\(id) \(number)"), to: id, of: trial.user)
                        #expect(try await trial.found(id)?.turnCount == number + 1)
                    }
                }
            }
            try await group.waitForAll()
        }
        for id in ids { #expect(try await trial.found(id)?.pairs == (2..<5).map { trial.pair("\(id) \($0)") }) }
    }
}
