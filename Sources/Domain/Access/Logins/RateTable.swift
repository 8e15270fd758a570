import TimeOrdered

/// Token buckets for many keys, each kept as one moment: the generic cell rate algorithm (ITU-T I.371). A bucket that is full again
/// needs no entry.
struct RateTable<Key: Hashable & Sendable>: Sendable {
    /// Tokens in a full bucket.
    let burst: Int
    /// Milliseconds until a token is back.
    let interval: Int64
    /// Keys at the most; the emptiest buckets are kept where more come.
    let limit: Int
    /// When each bucket will be full.
    private var fullAt: [Key: Int64] = [:]

    init(burst: Int, interval: Int64, limit: Int) {
        self.burst = burst
        self.interval = interval
        self.limit = limit
    }

    var count: Int { fullAt.count }
    private var capacity: Int64 { Int64(burst) * interval }

    /// Milliseconds until there is a token; 0 where there is one.
    mutating func wait(_ key: Key, _ now: Timestamp) -> Int64 {
        let full = full(key, now)
        // Where the clock went back, the time from now on counts.
        if let known = fullAt[key], known > full { fullAt[key] = full }
        return max(0, full - now.milliseconds + interval - capacity)
    }

    mutating func take(_ key: Key, _ now: Timestamp) {
        if fullAt[key] == nil, fullAt.count >= limit { makeRoom(now) }
        fullAt[key] = full(key, now) + interval
    }

    mutating func giveBack(_ key: Key, _ now: Timestamp) {
        guard fullAt[key] != nil else { return }
        let full = full(key, now) - interval
        fullAt[key] = full > now.milliseconds ? full : nil
    }

    /// Never further away than an empty bucket is: the clock may have gone back.
    private func full(_ key: Key, _ now: Timestamp) -> Int64 {
        min(max(fullAt[key] ?? 0, now.milliseconds), now.milliseconds + capacity)
    }

    private mutating func makeRoom(_ now: Timestamp) {
        fullAt = fullAt.filter { $0.value > now.milliseconds }
        guard fullAt.count >= limit else { return }
        let emptiest = fullAt.sorted { $0.value > $1.value }.prefix(limit / 2)
        fullAt = Dictionary(uniqueKeysWithValues: emptiest.map { ($0.key, $0.value) })
    }
}
