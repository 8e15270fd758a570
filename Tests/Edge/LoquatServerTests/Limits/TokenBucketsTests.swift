import Testing

@testable import LoquatServer

@Suite struct TokenBucketsTests {
    private static let second: UInt64 = 1_000_000_000
    private static let start: UInt64 = 1_000 * second

    @Test func aKeyMayUseAMinuteAtOnceAndThenWaits() {
        var buckets = TokenBuckets<String>(capacity: 10)
        let remaining = (0..<4).map { _ in buckets.take("a", perMinute: 3, at: Self.start) }
        #expect(remaining.map(\.isAllowed) == [true, true, true, false])
        #expect(remaining.map(\.remaining) == [2, 1, 0, 0])
        #expect(remaining.map(\.reset) == [20, 40, 60, 60])
        #expect(remaining.map(\.limit) == [3, 3, 3, 3])
        #expect(remaining[3].retryAfter == 20)
    }

    @Test func tokensComeBackOneByOne() {
        var buckets = TokenBuckets<String>(capacity: 10)
        for _ in 0..<60 { #expect(buckets.take("a", perMinute: 60, at: Self.start).isAllowed) }
        #expect(!buckets.take("a", perMinute: 60, at: Self.start + Self.second / 2).isAllowed)
        #expect(buckets.take("a", perMinute: 60, at: Self.start + Self.second).isAllowed)
        #expect(!buckets.take("a", perMinute: 60, at: Self.start + Self.second).isAllowed)
        #expect(buckets.take("a", perMinute: 60, at: Self.start + 120 * Self.second).remaining == 59)
    }

    @Test func whoIsRefusedPaysNothing() {
        var buckets = TokenBuckets<String>(capacity: 10)
        for _ in 0..<500 { _ = buckets.take("a", perMinute: 60, at: Self.start) }
        #expect(buckets.take("a", perMinute: 60, at: Self.start + Self.second).isAllowed)
    }

    @Test func keysDoNotDisturbEachOther() {
        var buckets = TokenBuckets<String>(capacity: 10)
        #expect(buckets.take("a", perMinute: 1, at: Self.start).isAllowed)
        #expect(!buckets.take("a", perMinute: 1, at: Self.start).isAllowed)
        #expect(buckets.take("b", perMinute: 1, at: Self.start).isAllowed)
    }

    @Test func lookingTakesNothing() {
        var buckets = TokenBuckets<String>(capacity: 10)
        for _ in 0..<5 { #expect(buckets.look(at: "a", perMinute: 2, at: Self.start).isAllowed) }
        #expect(buckets.count == 0)
        _ = buckets.take("a", perMinute: 2, at: Self.start)
        _ = buckets.take("a", perMinute: 2, at: Self.start)
        #expect(!buckets.look(at: "a", perMinute: 2, at: Self.start).isAllowed)
        #expect(buckets.look(at: "a", perMinute: 2, at: Self.start + 30 * Self.second).isAllowed)
    }

    @Test func aClockThatStandsStillOrJumpsBackGivesNothing() {
        var buckets = TokenBuckets<String>(capacity: 10)
        #expect(buckets.take("a", perMinute: 1, at: Self.start).isAllowed)
        #expect(!buckets.take("a", perMinute: 1, at: Self.start - 50 * Self.second).isAllowed)
        #expect(!buckets.take("a", perMinute: 1, at: Self.start + 50 * Self.second).isAllowed)
        #expect(buckets.take("a", perMinute: 1, at: Self.start + 60 * Self.second).isAllowed)
    }

    @Test func aLimitThatIsSetAnewHoldsAtOnce() {
        var buckets = TokenBuckets<String>(capacity: 10)
        #expect(buckets.take("a", perMinute: 100, at: Self.start).remaining == 99)
        #expect(buckets.take("a", perMinute: 3, at: Self.start).remaining == 2, "what is left is never more than the limit")
        for _ in 0..<2 { #expect(buckets.take("a", perMinute: 3, at: Self.start).isAllowed) }
        #expect(!buckets.take("a", perMinute: 3, at: Self.start).isAllowed)
        #expect(!buckets.take("a", perMinute: 600, at: Self.start).isAllowed, "a wider one gives nothing back by itself")
        #expect(buckets.take("a", perMinute: 600, at: Self.start + Self.second).remaining == 9)
        #expect(buckets.take("b", perMinute: 600, at: Self.start).remaining == 599)
    }

    @Test func theTableIsBounded() {
        var buckets = TokenBuckets<Int>(capacity: 100)
        for key in 0..<100 { #expect(buckets.take(key, perMinute: 2, at: Self.start).isAllowed) }
        // Newcomers share what one may do.
        let newcomers = (1_000..<2_000).filter { buckets.take($0, perMinute: 2, at: Self.start).isAllowed }
        #expect(newcomers.count == 2)
        #expect(buckets.count == 100)
        #expect(buckets.take(7, perMinute: 2, at: Self.start).isAllowed, "who was known before has a bucket of their own")
        // Once they are full again, the old ones are forgotten.
        let later = Self.start + 60 * Self.second
        #expect(buckets.take(5_000, perMinute: 2, at: later).isAllowed)
        #expect(buckets.count < 3)
    }
}

@Suite struct RateLimiterTests {
    @Test func theClockIsTheOneGiven() throws {
        let limiter = RateLimiter<Int> { 5 }
        #expect(limiter.take(1, perMinute: 1).isAllowed)
        #expect(!limiter.take(1, perMinute: 1).isAllowed)
        #expect(!limiter.look(at: 1, perMinute: 1).isAllowed)
        #expect(limiter.look(at: 2, perMinute: 1).isAllowed)
    }
}
