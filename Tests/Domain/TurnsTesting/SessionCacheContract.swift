import Testing
package import TimeOrdered
package import Turns

/// What the contract needs of a cache under test.
package protocol SessionCacheFixture: Sendable {
    /// An empty cache, whose other limits none of the checks reaches.
    /// - Parameter lifetime: in milliseconds.
    func open(pairs: Int, lifetime: Int64, clock: WallClock) async throws -> any SessionCache
    func close(_ cache: any SessionCache) async throws
}

/// What every session cache promises, as checks that know nothing of how a cache is built. A cache's tests run them with
///
///     @Test(arguments: SessionCacheContract.checks)
///     func keeps(_ check: SessionCacheContract.Check) async throws { try await check.run(on: MyFixture()) }
package enum SessionCacheContract {
    package struct Check: Sendable, CustomTestStringConvertible {
        package let promise: String
        private let body: @Sendable (SessionCacheTrial) async throws -> Void

        init(_ promise: String, _ body: @escaping @Sendable (SessionCacheTrial) async throws -> Void) {
            self.promise = promise
            self.body = body
        }

        package var testDescription: String { promise }

        package func run(on fixture: some SessionCacheFixture) async throws {
            let trial = try await SessionCacheTrial(fixture)
            try await body(trial)
            try await fixture.close(trial.cache)
        }
    }

    package static let checks = sessions + lapsing
}
