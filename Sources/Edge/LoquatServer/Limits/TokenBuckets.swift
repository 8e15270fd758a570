/// A token bucket for each key: a key may act `perMinute` times at once, and gets that many tokens back over a minute. Times are
/// nanoseconds of a clock that never goes back.
struct TokenBuckets<Key: Hashable & Sendable>: Sendable {
    private struct Bucket {
        var tokens: Double
        var filledAt: UInt64
    }

    let perMinute: Int
    /// Buckets kept at the most. Beyond it, keys that are new share one bucket until others have filled up and are forgotten.
    let capacity: Int

    private var buckets: [Key: Bucket] = [:]
    private var shared: Bucket
    private var sweptAt: UInt64 = 0

    private static var second: UInt64 { 1_000_000_000 }

    init(perMinute: Int, capacity: Int) {
        self.perMinute = perMinute
        self.capacity = capacity
        shared = Bucket(tokens: Double(perMinute), filledAt: 0)
    }

    /// Takes a token where there is one.
    mutating func take(_ key: Key, at now: UInt64) -> Allowance { use(key, at: now, cost: 1) }

    /// What `take` would say.
    mutating func look(at key: Key, at now: UInt64) -> Allowance { use(key, at: now, cost: 0) }

    var count: Int { buckets.count }

    private mutating func use(_ key: Key, at now: UInt64, cost: Double) -> Allowance {
        if var bucket = buckets[key] {
            let allowance = use(&bucket, at: now, cost: cost)
            buckets[key] = bucket
            return allowance
        }
        if buckets.count >= capacity { sweep(at: now) }
        guard buckets.count < capacity else { return use(&shared, at: now, cost: cost) }
        var bucket = Bucket(tokens: Double(perMinute), filledAt: now)
        let allowance = use(&bucket, at: now, cost: cost)
        // A full bucket need not be kept: a new one is full too.
        if cost > 0 { buckets[key] = bucket }
        return allowance
    }

    private func use(_ bucket: inout Bucket, at now: UInt64, cost: Double) -> Allowance {
        bucket.tokens = tokens(of: bucket, at: now)
        bucket.filledAt = max(now, bucket.filledAt)
        let isAllowed = bucket.tokens >= 1
        if isAllowed { bucket.tokens -= cost }
        let untilOne = max(0, 1 - bucket.tokens) * secondsForOne
        let untilFull = (Double(perMinute) - bucket.tokens) * secondsForOne
        return Allowance(
            isAllowed: isAllowed, limit: perMinute, remaining: Int(bucket.tokens), reset: Int(untilFull.rounded(.up)),
            retryAfter: max(1, Int(untilOne.rounded(.up))))
    }

    private var secondsForOne: Double { 60 / Double(perMinute) }

    private func tokens(of bucket: Bucket, at now: UInt64) -> Double {
        guard now > bucket.filledAt else { return bucket.tokens }
        let seconds = Double(now - bucket.filledAt) / Double(Self.second)
        return min(Double(perMinute), bucket.tokens + seconds / secondsForOne)
    }

    /// Forgets buckets that are full again; at most once a second, because it looks at all of them.
    private mutating func sweep(at now: UInt64) {
        guard sweptAt == 0 || now >= sweptAt + Self.second else { return }
        sweptAt = now
        buckets = buckets.filter { tokens(of: $0.value, at: now) < Double(perMinute) }
    }
}

/// What a limit says to one request; times in whole seconds.
struct Allowance: Sendable, Hashable {
    let isAllowed: Bool
    let limit: Int
    let remaining: Int
    /// Until all of the limit is there again.
    let reset: Int
    /// Until the next request can be allowed.
    let retryAfter: Int
}
