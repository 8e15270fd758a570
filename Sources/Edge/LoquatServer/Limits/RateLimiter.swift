import NIOCore
import Synchronization

/// Token buckets that many requests share.
final class RateLimiter<Key: Hashable & Sendable>: Sendable {
    /// Keys remembered at the most; about 64 bytes each.
    private static var capacity: Int { 20_000 }

    private let buckets: Mutex<TokenBuckets<Key>>
    private let clock: @Sendable () -> UInt64

    /// - Parameter clock: nanoseconds that never go back.
    init(clock: @escaping @Sendable () -> UInt64 = { NIODeadline.now().uptimeNanoseconds }) {
        buckets = Mutex(TokenBuckets(capacity: Self.capacity))
        self.clock = clock
    }

    /// - Parameter perMinute: at least 1; a key's may change from one time to the next.
    func take(_ key: Key, perMinute: Int) -> Allowance {
        let now = clock()
        return buckets.withLock { $0.take(key, perMinute: perMinute, at: now) }
    }

    func look(at key: Key, perMinute: Int) -> Allowance {
        let now = clock()
        return buckets.withLock { $0.look(at: key, perMinute: perMinute, at: now) }
    }
}
