import ConversationTesting
import Testing

struct SQLiteLogStoreContractTests {
    @Test(arguments: LogStoreContract.checks)
    func keeps(_ check: LogStoreContract.Check) async throws { try await check.run(on: SQLiteLogStoreFixture()) }
}
