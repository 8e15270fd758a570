import ConversationTesting
import Generation
import Synchronization
import TestSupport
import Testing
import TimeOrdered
import Turns
import TurnsTesting

struct LocalSessionCacheContractTests {
    private struct Fixture: SessionCacheFixture {
        func open(pairs: Int, lifetime: Int64, clock: WallClock) async throws -> any SessionCache {
            var limits = LocalSessionCache.Limits()
            limits.pairs = pairs
            limits.lifetime = lifetime
            return LocalSessionCache(limits: limits, clock: clock)
        }

        func close(_ cache: any SessionCache) async throws {}
    }

    @Test(arguments: SessionCacheContract.checks)
    func keeps(_ check: SessionCacheContract.Check) async throws { try await check.run(on: Fixture()) }
}

/// What the cache holds at the most, and what gives way.
struct LocalSessionCacheLimitTests {
    private let clock = ManualClock()
    private let ids: UUIDv7Generator
    private let user: UUIDv7

    init() {
        let random = Mutex(SeededRandom(seed: 5))
        ids = UUIDv7Generator(clock: ManualClock().wallClock, random: { random.withLock { $0.next() } })
        user = ids.next()
    }

    private func cache(_ change: (inout LocalSessionCache.Limits) -> Void) -> LocalSessionCache {
        var limits = LocalSessionCache.Limits()
        change(&limits)
        return LocalSessionCache(limits: limits, clock: clock.wallClock)
    }

    /// Sessions that begin one second after the other.
    private func begin(_ count: Int, in cache: LocalSessionCache, of user: UUIDv7? = nil) throws -> [UUIDv7] {
        try (0..<count).map { _ in
            let id = ids.next()
            clock.advance(by: 1_000)
            _ = try cache.begin(id, of: user ?? self.user, collection: nil)
            return id
        }
    }

    private func pair(_ bytes: Int) -> DocumentPrompt.Pair {
        DocumentPrompt.Pair(user: String(repeating: "u", count: bytes / 2), assistant: String(repeating: "a", count: bytes - bytes / 2))
    }

    @Test func theLongestUnusedSessionOfAllGivesWay() throws {
        let cache = cache { $0.sessions = 3 }
        let first = try begin(3, in: cache)
        // The first is used again, so that the second is the one that is longest unused.
        #expect(cache.renew(first[0], of: user) != nil)
        let stranger = ids.next()
        let next = try begin(1, in: cache, of: stranger)
        #expect(cache.size.sessions == 3)
        #expect(first.map { cache.session($0, of: user) != nil } == [true, false, true])
        #expect(cache.session(next[0], of: stranger) != nil)
        #expect(cache.wasEphemeral(first[1], of: user))
    }

    @Test func aUserHasSoManyAndTakesNoneOfAnother() throws {
        let cache = cache { $0.sessionsPerUser = 2 }
        let stranger = ids.next()
        let theirs = try begin(2, in: cache, of: stranger)
        let own = try begin(5, in: cache)
        #expect(own.map { cache.session($0, of: user) != nil } == [false, false, false, true, true])
        #expect(theirs.allSatisfy { cache.session($0, of: stranger) != nil })
        #expect(cache.wasEphemeral(own[0], of: user))
    }

    @Test func olderPairsOfASessionMakeRoom() throws {
        let cache = cache { $0.bytesPerSession = 3 * (100 + LocalSessionCache.pairOverhead) }
        let id = try begin(1, in: cache)[0]
        for _ in 0..<5 { _ = cache.add(pair(100), to: id, of: user) }
        #expect(cache.session(id, of: user)?.pairs.count == 3)
        #expect(cache.add(pair(200), to: id, of: user)?.pairs == [pair(100), pair(200)])
        // A pair that has no room by itself takes all before it along: no prompt gets a conversation with a hole.
        let session = cache.add(pair(1_000), to: id, of: user)
        #expect(session?.pairs == [] && session?.turnCount == 7)
        #expect(cache.add(pair(10), to: id, of: user)?.pairs == [pair(10)])
    }

    @Test func noPairsAreRememberedWhereNoneAreWanted() throws {
        let cache = cache { $0.pairs = 0 }
        let id = try begin(1, in: cache)[0]
        let session = cache.add(pair(10), to: id, of: user)
        #expect(session?.pairs == [] && session?.turnCount == 1)
    }

    @Test func bytesAreBoundedInAllAndCountedExactly() throws {
        let each = LocalSessionCache.sessionOverhead + 2 * (1_000 + LocalSessionCache.pairOverhead)
        let cache = cache { $0.bytes = 4 * each }
        let sessions = try begin(5, in: cache)
        for id in sessions.prefix(4) { for _ in 0..<2 { _ = cache.add(pair(1_000), to: id, of: user) } }
        // The fifth was begun before the others had their turns: it is the one that is longest unused.
        #expect(sessions.map { cache.session($0, of: user) != nil } == [true, true, true, true, false])
        #expect(cache.size.bytes == 4 * each)
        _ = cache.add(pair(1), to: sessions[1], of: user)
        #expect(sessions.map { cache.session($0, of: user) != nil } == [false, true, true, true, false])
        for id in sessions { _ = cache.end(id, of: user) }
        #expect(cache.size.sessions == 0 && cache.size.bytes == 0)
    }

    @Test func oneSessionIsNeverLargerThanAll() throws {
        let cache = cache { $0.bytes = 2_000 }
        let id = try begin(1, in: cache)[0]
        for _ in 0..<9 { _ = cache.add(pair(600), to: id, of: user) }
        #expect(cache.session(id, of: user)?.pairs.count == 2)
        #expect(cache.size.bytes <= 2_000)
    }

    @Test func lapsedIdsAreKnownForAWhileAndNotAllOfThem() throws {
        let cache = cache {
            $0.lapses = 3
            $0.lifetime = 10_000
            $0.remembrance = 60_000
        }
        let sessions = try begin(5, in: cache)
        clock.advance(by: 10_000)
        #expect(cache.forgetLapsed() == 5)
        #expect(cache.size == .init(sessions: 0, bytes: 0, lapses: 3))
        #expect(sessions.map { cache.wasEphemeral($0, of: user) } == [false, false, true, true, true])
        // The last one lapsed just now, the two before it one and two seconds earlier.
        clock.advance(by: 58_999)
        #expect(sessions.suffix(2).allSatisfy { cache.wasEphemeral($0, of: user) })
        clock.advance(by: 1)
        #expect(sessions.map { cache.wasEphemeral($0, of: user) } == [false, false, false, false, true])
        clock.advance(by: 1_000)
        #expect(cache.wasEphemeral(sessions[4], of: user) == false)
        #expect(cache.size == .init(sessions: 0, bytes: 0, lapses: 0))
    }

    @Test func aClockThatGoesBackLosesNothing() throws {
        let cache = cache { $0.lifetime = 10_000 }
        let first = try begin(1, in: cache)[0]
        clock.advance(by: -60_000)
        let second = try begin(1, in: cache)[0]
        #expect(cache.session(first, of: user) != nil && cache.session(second, of: user) != nil)
        clock.advance(by: 10_000)
        #expect(cache.session(second, of: user) == nil)
        #expect(cache.session(first, of: user) != nil)
    }

    /// Many users at once, with every limit small: nothing is found that is not one's own, and no limit is passed.
    @Test func limitsHoldWhileManyUseIt() async throws {
        let cache = cache {
            $0.sessions = 20
            $0.sessionsPerUser = 4
            $0.bytes = 40_000
            $0.bytesPerSession = 4_000
            $0.lapses = 30
            $0.lifetime = 50
        }
        await withTaskGroup(of: Void.self) { group in
            for seed in 0..<8 {
                let user = ids.next()
                group.addTask { [ids, clock] in
                    var random = SeededRandom(seed: UInt64(seed))
                    var own: [UUIDv7] = []
                    for _ in 0..<400 {
                        let id = own.randomElement(using: &random) ?? ids.next()
                        switch Int.random(in: 0..<8, using: &random) {
                        case 0, 1:
                            own.append(ids.next())
                            do { _ = try cache.begin(own[own.count - 1], of: user, collection: nil) } catch { Issue.record(error) }
                        case 2: _ = cache.end(id, of: user)
                        case 3: clock.advance()
                        case 4: _ = cache.wasEphemeral(id, of: user)
                        default:
                            let text = String(repeating: "x", count: Int.random(in: 0..<2_000, using: &random))
                            let session = cache.add(DocumentPrompt.Pair(user: "\(user)", assistant: text), to: id, of: user)
                            #expect(session.map { $0.userID == user && $0.pairs.allSatisfy { $0.user == "\(user)" } } ?? true)
                        }
                        let size = cache.size
                        #expect(size.sessions <= 20 && size.bytes <= 40_000 && size.lapses <= 30)
                    }
                }
            }
        }
        clock.advance(by: 50)
        _ = cache.forgetLapsed()
        #expect(cache.size.sessions == 0 && cache.size.bytes == 0)
    }
}
