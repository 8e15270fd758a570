import Testing

@testable import LoquatServer

@Suite struct TokenBucketsTests {
    private static let second: UInt64 = 1_000_000_000
    private static let start: UInt64 = 1_000 * second

    @Test func aKeyMayUseAMinuteAtOnceAndThenWaits() {
        var buckets = TokenBuckets<String>(perMinute: 3, capacity: 10)
        let remaining = (0..<4).map { _ in buckets.take("a", at: Self.start) }
        #expect(remaining.map(\.isAllowed) == [true, true, true, false])
        #expect(remaining.map(\.remaining) == [2, 1, 0, 0])
        #expect(remaining.map(\.reset) == [20, 40, 60, 60])
        #expect(remaining.map(\.limit) == [3, 3, 3, 3])
        #expect(remaining[3].retryAfter == 20)
    }

    @Test func tokensComeBackOneByOne() {
        var buckets = TokenBuckets<String>(perMinute: 60, capacity: 10)
        for _ in 0..<60 { #expect(buckets.take("a", at: Self.start).isAllowed) }
        #expect(!buckets.take("a", at: Self.start + Self.second / 2).isAllowed)
        #expect(buckets.take("a", at: Self.start + Self.second).isAllowed)
        #expect(!buckets.take("a", at: Self.start + Self.second).isAllowed)
        #expect(buckets.take("a", at: Self.start + 120 * Self.second).remaining == 59)
    }

    @Test func whoIsRefusedPaysNothing() {
        var buckets = TokenBuckets<String>(perMinute: 60, capacity: 10)
        for _ in 0..<500 { _ = buckets.take("a", at: Self.start) }
        #expect(buckets.take("a", at: Self.start + Self.second).isAllowed)
    }

    @Test func keysDoNotDisturbEachOther() {
        var buckets = TokenBuckets<String>(perMinute: 1, capacity: 10)
        #expect(buckets.take("a", at: Self.start).isAllowed)
        #expect(!buckets.take("a", at: Self.start).isAllowed)
        #expect(buckets.take("b", at: Self.start).isAllowed)
    }

    @Test func lookingTakesNothing() {
        var buckets = TokenBuckets<String>(perMinute: 2, capacity: 10)
        for _ in 0..<5 { #expect(buckets.look(at: "a", at: Self.start).isAllowed) }
        #expect(buckets.count == 0)
        _ = buckets.take("a", at: Self.start)
        _ = buckets.take("a", at: Self.start)
        #expect(!buckets.look(at: "a", at: Self.start).isAllowed)
        #expect(buckets.look(at: "a", at: Self.start + 30 * Self.second).isAllowed)
    }

    @Test func aClockThatStandsStillOrJumpsBackGivesNothing() {
        var buckets = TokenBuckets<String>(perMinute: 1, capacity: 10)
        #expect(buckets.take("a", at: Self.start).isAllowed)
        #expect(!buckets.take("a", at: Self.start - 50 * Self.second).isAllowed)
        #expect(!buckets.take("a", at: Self.start + 50 * Self.second).isAllowed)
        #expect(buckets.take("a", at: Self.start + 60 * Self.second).isAllowed)
    }

    @Test func theTableIsBounded() {
        var buckets = TokenBuckets<Int>(perMinute: 2, capacity: 100)
        for key in 0..<100 { #expect(buckets.take(key, at: Self.start).isAllowed) }
        // Newcomers share what one may do.
        let newcomers = (1_000..<2_000).filter { buckets.take($0, at: Self.start).isAllowed }
        #expect(newcomers.count == 2)
        #expect(buckets.count == 100)
        #expect(buckets.take(7, at: Self.start).isAllowed, "who was known before has a bucket of their own")
        // Once they are full again, the old ones are forgotten.
        let later = Self.start + 60 * Self.second
        #expect(buckets.take(5_000, at: later).isAllowed)
        #expect(buckets.count < 3)
    }
}

@Suite struct RateLimiterTests {
    @Test func zeroIsNoLimit() {
        #expect(RateLimiter<Int>(perMinute: 0) == nil)
    }

    @Test func theClockIsTheOneGiven() throws {
        let limiter = try #require(RateLimiter<Int>(perMinute: 1) { 5 })
        #expect(limiter.take(1).isAllowed)
        #expect(!limiter.take(1).isAllowed)
        #expect(!limiter.look(at: 1).isAllowed)
        #expect(limiter.look(at: 2).isAllowed)
    }
}
