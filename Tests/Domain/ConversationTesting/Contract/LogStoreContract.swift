import Testing

/// What every log store promises, as checks that know nothing of how a store is built. A store's tests run them with
///
///     @Test(arguments: LogStoreContract.checks)
///     func keeps(_ check: LogStoreContract.Check) async throws { try await check.run(on: MyFixture()) }
package enum LogStoreContract {
    package struct Check: Sendable, CustomTestStringConvertible {
        package let promise: String
        private let body: @Sendable (LogStoreTrial) async throws -> Void

        init(_ promise: String, _ body: @escaping @Sendable (LogStoreTrial) async throws -> Void) {
            self.promise = promise
            self.body = body
        }

        package var testDescription: String { promise }

        /// - Parameter fixture: one whose data no other check has touched.
        package func run(on fixture: some LogStoreFixture) async throws {
            let trial = try await LogStoreTrial(fixture)
            try await body(trial)
            try await trial.close()
        }
    }

    package static let checks =
        appending + concurrency + timeline + lines + listing + claims + deletion + checkpoints + verification + rebuilding + usage + histories
}
