import ConversationTesting
import Generation
import Synchronization
import TestSupport
import Testing
import TimeOrdered
import Turns

/// One cache while a check tries it: with a clock that stands still and ids that are the same in every run.
package final class SessionCacheTrial: Sendable {
    static let lifetime: Int64 = 3_600_000
    static let pairs = 3

    let clock = ManualClock()
    let ids: UUIDv7Generator
    let user: UUIDv7
    let cache: any SessionCache

    init(_ fixture: some SessionCacheFixture) async throws {
        let random = Mutex(SeededRandom(seed: 11))
        ids = UUIDv7Generator(clock: ManualClock().wallClock, random: { random.withLock { $0.next() } })
        user = ids.next()
        cache = try await fixture.open(pairs: Self.pairs, lifetime: Self.lifetime, clock: clock.wallClock)
    }

    func pair(_ name: some CustomStringConvertible) -> DocumentPrompt.Pair {
        DocumentPrompt.Pair(user: "question \(name) 🍊", assistant: "answer \(name)")
    }

    /// A session of the trial's user with these turns.
    func session(turns: Int = 0) async throws -> UUIDv7 {
        let id = ids.next()
        _ = try await cache.begin(id, of: user, collection: nil)
        for number in 0..<turns { _ = try await cache.add(pair(number), to: id, of: user) }
        return id
    }

    func found(_ id: UUIDv7) async throws -> EphemeralSession? { try await cache.session(id, of: user) }
}
