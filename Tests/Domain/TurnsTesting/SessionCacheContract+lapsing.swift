import ConversationTesting
import Testing
import TimeOrdered
import Turns

extension SessionCacheContract {
    static let lapsing = [
        Check("a session lapses exactly its lifetime after its last turn", lapsesExactly),
        Check("a turn that begins or ends renews a session, and a look at it does not", renewed),
        Check("a lapsed session takes no turn and is known as one", lapsedTakesNothing),
        Check("what lapsed is given back", givenBack),
    ]

    @Sendable private static func lapsesExactly(_ trial: SessionCacheTrial) async throws {
        let id = try await trial.session()
        trial.clock.advance(by: 10_000)
        let session = try await trial.cache.add(trial.pair(1), to: id, of: trial.user)
        trial.clock.advance(by: SessionCacheTrial.lifetime - 1)
        #expect(try await trial.found(id) == session)
        #expect(try await trial.cache.wasEphemeral(id, of: trial.user) == false)
        trial.clock.advance()
        #expect(try await trial.found(id) == nil)
        #expect(try await trial.cache.wasEphemeral(id, of: trial.user))
        #expect(try await trial.cache.wasEphemeral(trial.ids.next(), of: trial.user) == false)
    }

    @Sendable private static func renewed(_ trial: SessionCacheTrial) async throws {
        let id = try await trial.session(turns: 1)
        let lastTurnAt = trial.clock.now
        trial.clock.advance(by: SessionCacheTrial.lifetime - 1)
        let renewed = try #require(try await trial.cache.renew(id, of: trial.user))
        #expect(renewed.lastTurnAt == lastTurnAt && renewed.turnCount == 1 && renewed.pairs == [trial.pair(0)])
        trial.clock.advance(by: SessionCacheTrial.lifetime - 1)
        #expect(try await trial.cache.add(trial.pair(1), to: id, of: trial.user)?.turnCount == 2)
        trial.clock.advance(by: SessionCacheTrial.lifetime - 1)
        #expect(try await trial.found(id) != nil)
        trial.clock.advance()
        #expect(try await trial.found(id) == nil)
    }

    @Sendable private static func lapsedTakesNothing(_ trial: SessionCacheTrial) async throws {
        let id = try await trial.session(turns: 1)
        trial.clock.advance(by: SessionCacheTrial.lifetime)
        #expect(try await trial.cache.add(trial.pair("late"), to: id, of: trial.user) == nil)
        #expect(try await trial.cache.renew(id, of: trial.user) == nil)
        #expect(try await trial.cache.end(id, of: trial.user) == false)
        #expect(try await trial.cache.wasEphemeral(id, of: trial.user))
        #expect(try await trial.found(id) == nil)
        // The conversation goes on under another id, which knows nothing of the first.
        let next = try await trial.session()
        #expect(try await trial.found(next)?.pairs == [])
    }

    @Sendable private static func givenBack(_ trial: SessionCacheTrial) async throws {
        var ids: [UUIDv7] = []
        for _ in 0..<4 {
            ids.append(try await trial.session(turns: 1))
            trial.clock.advance(by: 1_000)
        }
        #expect(try await trial.cache.forgetLapsed() == 0)
        // The first two are older than their lifetime, the third is so to the millisecond.
        trial.clock.advance(by: SessionCacheTrial.lifetime - 2_000)
        #expect(try await trial.cache.forgetLapsed() == 3)
        #expect(try await trial.cache.forgetLapsed() == 0)
        for id in ids.prefix(3) {
            #expect(try await trial.found(id) == nil)
            #expect(try await trial.cache.wasEphemeral(id, of: trial.user))
        }
        #expect(try await trial.found(ids[3])?.turnCount == 1)
    }
}
