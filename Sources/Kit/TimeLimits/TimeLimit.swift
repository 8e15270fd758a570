/// Ends what takes too long.
public struct TimeLimit: Sendable {
    public struct Exceeded: Error {}

    private let sleep: @Sendable (Duration) async throws -> Void

    /// - Parameter sleep: waits.
    public init(
        // reason: waiting is what this is for; tests hand in their own
        sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
    ) { self.sleep = sleep }

    /// - Parameter work: ends early where its task is cancelled: this returns only once it has ended.
    /// - Throws: `Exceeded`, and what the work throws.
    public func run<Result: Sendable>(_ time: Duration, _ work: @escaping @Sendable () async throws -> Result) async throws -> Result {
        try await withThrowingTaskGroup(of: Result?.self) { group in
            group.addTask { try await work() }
            group.addTask { [sleep] in
                try await sleep(time)
                return nil
            }
            defer { group.cancelAll() }
            guard let first = try await group.next(), let result = first else { throw Exceeded() }
            return result
        }
    }
}
