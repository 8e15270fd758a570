import NIOCore
import Synchronization

/// Token buckets that many requests share.
final class RateLimiter<Key: Hashable & Sendable>: Sendable {
    /// Keys remembered at the most; about 64 bytes each.
    private static var capacity: Int { 20_000 }

    private let buckets: Mutex<TokenBuckets<Key>>
    private let clock: @Sendable () -> UInt64

    /// Nil where there is no limit.
    /// - Parameters:
    ///   - perMinute: 0 for no limit.
    ///   - clock: nanoseconds that never go back.
    init?(perMinute: Int, clock: @escaping @Sendable () -> UInt64 = { NIODeadline.now().uptimeNanoseconds }) {
        guard perMinute > 0 else { return nil }
        buckets = Mutex(TokenBuckets(perMinute: perMinute, capacity: Self.capacity))
        self.clock = clock
    }

    func take(_ key: Key) -> Allowance {
        let now = clock()
        return buckets.withLock { $0.take(key, at: now) }
    }

    func look(at key: Key) -> Allowance {
        let now = clock()
        return buckets.withLock { $0.look(at: key, at: now) }
    }
}
