import Testing
import TimeLimits

struct TimeLimitTests {
    private struct Broken: Error {}

    /// Time that never passes, until the task is cancelled.
    private static func forever() async throws {
        for await _ in AsyncStream<Void>.makeStream().stream {}
        try Task.checkCancellation()
    }

    @Test func whatEndsInTimeIsReturned() async throws {
        let limit = TimeLimit { _ in try await Self.forever() }
        #expect(try await limit.run(.seconds(1)) { 7 } == 7)
    }

    @Test func whatTakesTooLongIsEnded() async {
        let limit = TimeLimit { _ in }
        await #expect(throws: TimeLimit.Exceeded.self) { try await limit.run(.seconds(1)) { try await Self.forever() } }
    }

    @Test func anErrorIsTheWorksOwn() async {
        let limit = TimeLimit { _ in try await Self.forever() }
        await #expect(throws: Broken.self) { try await limit.run(.seconds(1)) { throw Broken() } }
    }

    @Test func aCancelledCallerEndsBoth() async {
        let task = Task { try await TimeLimit { _ in try await Self.forever() }.run(.seconds(1)) { try await Self.forever() } }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test func itWaitsAsLongAsItIsTold() async throws {
        let (asked, says) = AsyncStream.makeStream(of: Duration.self)
        let limit = TimeLimit {
            says.yield($0)
            try await Self.forever()
        }
        let told = try await limit.run(.milliseconds(1500)) {
            var durations = asked.makeAsyncIterator()
            return await durations.next()
        }
        #expect(told == .milliseconds(1500))
    }
}
