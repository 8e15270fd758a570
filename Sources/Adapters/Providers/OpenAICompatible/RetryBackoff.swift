/// How long to wait before asking again: twice as long each time, anywhere between half of that and all of it, so that many who were
/// refused together do not come back together.
package struct RetryBackoff: Sendable {
    private let base: Duration
    private let longest: Duration
    private let sleep: @Sendable (Duration) async throws -> Void
    private let random: @Sendable () -> Double

    /// - Parameters:
    ///   - sleep: waits.
    ///   - random: 0–1.
    package init(
        base: Duration = .milliseconds(250), longest: Duration = .seconds(8),
        // reason: waiting is what this is for; tests hand in their own
        sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) },
        random: @escaping @Sendable () -> Double = { .random(in: 0...1) }
    ) {
        self.base = base
        self.longest = longest
        self.sleep = sleep
        self.random = random
    }

    /// - Parameter retryAfter: what the provider asked for; kept to where it is not longer than the longest wait.
    func wait(attempt: Int, retryAfter: Duration?) async throws {
        let full = min(longest, base * (1 << min(attempt - 1, 10)))
        let jittered = full * (0.5 + 0.5 * random())
        try await sleep(min(longest, max(jittered, retryAfter ?? .zero)))
    }
}
