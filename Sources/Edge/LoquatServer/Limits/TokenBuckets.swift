/// A token bucket for each key: a key may act `perMinute` times at once, and gets that many tokens back over a minute. How many that are
/// may be another number each time; what is left is never more. Times are nanoseconds of a clock that never goes back.
struct TokenBuckets<Key: Hashable & Sendable>: Sendable {
    private struct Bucket {
        /// Nil for one that is full, however many it holds.
        var tokens: Double?
        var filledAt: UInt64
        var perMinute: Int

        func tokens(_ perMinute: Int, at now: UInt64) -> Double {
            guard let tokens else { return Double(perMinute) }
            guard now > filledAt else { return min(Double(perMinute), tokens) }
            let seconds = Double(now - filledAt) / Double(TokenBuckets.second)
            return min(Double(perMinute), tokens + seconds * Double(perMinute) / 60)
        }
    }

    /// Buckets kept at the most. Beyond it, keys that are new share one bucket until others have filled up and are forgotten.
    let capacity: Int

    private var buckets: [Key: Bucket] = [:]
    private var shared = Bucket(tokens: nil, filledAt: 0, perMinute: 1)
    private var sweptAt: UInt64 = 0

    private static var second: UInt64 { 1_000_000_000 }

    init(capacity: Int) { self.capacity = capacity }

    /// Takes a token where there is one.
    mutating func take(_ key: Key, perMinute: Int, at now: UInt64) -> Allowance { use(key, perMinute, at: now, cost: 1) }

    /// What `take` would say.
    mutating func look(at key: Key, perMinute: Int, at now: UInt64) -> Allowance { use(key, perMinute, at: now, cost: 0) }

    var count: Int { buckets.count }

    private mutating func use(_ key: Key, _ perMinute: Int, at now: UInt64, cost: Double) -> Allowance {
        if var bucket = buckets[key] {
            let allowance = use(&bucket, perMinute, at: now, cost: cost)
            buckets[key] = bucket
            return allowance
        }
        if buckets.count >= capacity { sweep(at: now) }
        guard buckets.count < capacity else { return use(&shared, perMinute, at: now, cost: cost) }
        var bucket = Bucket(tokens: nil, filledAt: now, perMinute: perMinute)
        let allowance = use(&bucket, perMinute, at: now, cost: cost)
        // A full bucket need not be kept: a new one is full too.
        if cost > 0 { buckets[key] = bucket }
        return allowance
    }

    private func use(_ bucket: inout Bucket, _ perMinute: Int, at now: UInt64, cost: Double) -> Allowance {
        var tokens = bucket.tokens(perMinute, at: now)
        let isAllowed = tokens >= 1
        if isAllowed { tokens -= cost }
        bucket = Bucket(tokens: tokens, filledAt: max(now, bucket.filledAt), perMinute: perMinute)
        let secondsForOne = 60 / Double(perMinute)
        let untilOne = max(0, 1 - tokens) * secondsForOne
        let untilFull = (Double(perMinute) - tokens) * secondsForOne
        return Allowance(
            isAllowed: isAllowed, limit: perMinute, remaining: Int(tokens), reset: Int(untilFull.rounded(.up)),
            retryAfter: max(1, Int(untilOne.rounded(.up))))
    }

    /// Forgets buckets that are full again; at most once a second, because it looks at all of them.
    private mutating func sweep(at now: UInt64) {
        guard sweptAt == 0 || now >= sweptAt + Self.second else { return }
        sweptAt = now
        buckets = buckets.filter { $0.value.tokens($0.value.perMinute, at: now) < Double($0.value.perMinute) }
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
