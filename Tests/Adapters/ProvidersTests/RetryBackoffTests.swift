import Synchronization
import TestSupport
import Testing

@testable import Providers

/// How long is waited, with a sleep that only writes it down.
struct RetryBackoffTests {
    private final class Waits: Sendable {
        private let waits = Mutex<[Duration]>([])

        var all: [Duration] { waits.withLock { $0 } }

        func add(_ wait: Duration) { waits.withLock { $0.append(wait) } }
    }

    /// The waits before the attempts after each of these.
    private func waits(
        after attempts: ClosedRange<Int>, retryAfter: Duration? = nil, random: @escaping @Sendable () -> Double
    ) async throws -> [Duration] {
        let waits = Waits()
        let backoff = RetryBackoff(base: .milliseconds(100), longest: .seconds(1), sleep: { waits.add($0) }, random: random)
        for attempt in attempts { try await backoff.wait(attempt: attempt, retryAfter: retryAfter) }
        return waits.all
    }

    @Test func eachWaitIsTwiceTheOneBeforeUpToTheLongest() async throws {
        let longest = try await waits(after: 1...7, random: { 1 })
        #expect(longest == [100, 200, 400, 800, 1000, 1000, 1000].map { .milliseconds($0) })
        let shortest = try await waits(after: 1...7, random: { 0 })
        #expect(shortest == [50, 100, 200, 400, 500, 500, 500].map { .milliseconds($0) })
    }

    @Test func anyAttemptHasAWait() async throws { #expect(try await waits(after: 10_000...10_000, random: { 1 }) == [.seconds(1)]) }

    @Test func chanceSpreadsTheWaitsBetweenHalfAndAll() async throws {
        let random = Mutex(SeededRandom(seed: 7))
        let found = try await waits(after: 1...1) { random.withLock { .random(in: 0...1, using: &$0) } }
        #expect(found.count == 1)
        var all: Set<Duration> = []
        for _ in 0..<200 {
            let wait = try await waits(after: 2...2) { random.withLock { .random(in: 0...1, using: &$0) } }[0]
            #expect((.milliseconds(100) ... .milliseconds(200)).contains(wait))
            all.insert(wait)
        }
        #expect(all.count > 100)
    }

    @Test func theProvidersOwnWaitIsKeptWhereItIsLonger() async throws {
        #expect(try await waits(after: 1...1, retryAfter: .milliseconds(700), random: { 1 }) == [.milliseconds(700)])
        #expect(try await waits(after: 4...4, retryAfter: .milliseconds(700), random: { 1 }) == [.milliseconds(800)])
        #expect(try await waits(after: 1...1, retryAfter: .seconds(3600), random: { 1 }) == [.seconds(1)])
    }

    @Test func aWaitThatIsGivenUpEndsTheTrying() async {
        let backoff = RetryBackoff(sleep: { _ in throw CancellationError() })
        await #expect(throws: CancellationError.self) { try await backoff.wait(attempt: 1, retryAfter: nil) }
    }
}
