import Access
import AccessTesting
import Testing
import TimeOrdered

struct InMemoryAccessStoreTests {
    private struct Fixture: AccessStoreFixture {
        func open(ids: UUIDv7Generator, clock: WallClock) async throws -> any AccessStore { InMemoryAccessStore(ids: ids, clock: clock) }
        func close() async throws {}
    }

    @Test(arguments: AccessStoreContract.checks)
    func keeps(_ check: AccessStoreContract.Check) async throws { try await check.run(on: Fixture()) }
}
