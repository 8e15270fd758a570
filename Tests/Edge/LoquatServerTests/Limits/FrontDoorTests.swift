import HTTPTypes
import Testing

@testable import LoquatServer

@Suite struct FrontDoorTests {
    private let door: FrontDoor

    init() {
        var rates = RateLimits()
        rates.failuresPerAddress = 1
        door = FrontDoor(connections: ConnectionLimits(), rates: rates)
    }

    @Test func unknownLinksAndFailuresAreCountedApart() throws {
        let address = try #require(NetworkAddress("203.0.113.7"))
        #expect(door.refusal(afterUnknownLinkFrom: address) == nil)
        let refusal = try #require(door.refusal(afterUnknownLinkFrom: address))
        #expect(refusal.status == .tooManyRequests && refusal.code == "too_many_failures" && refusal.headers[.retryAfter] != nil)
        // The first failed authentication, and the second.
        #expect(door.refusal(afterFailureFrom: address) == nil)
        #expect(door.refusal(afterFailureFrom: address) != nil)
    }

    @Test func neitherThisMachineNorASocketIsRefused() {
        let addresses: [NetworkAddress?] = [NetworkAddress("127.0.0.1"), nil]
        for address in addresses {
            for _ in 1...3 { #expect(door.refusal(afterUnknownLinkFrom: address) == nil) }
        }
    }
}
