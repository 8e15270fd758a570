import ConversationTesting
import Testing
import TimeOrdered

@testable import Access

struct LoginThrottleTests {
    private let clock = ManualClock()

    private func throttle(_ change: (inout LoginThrottle.Limits) -> Void = { _ in }) -> LoginThrottle {
        var limits = LoginThrottle.Limits()
        change(&limits)
        return LoginThrottle(limits: limits, clock: clock.wallClock)
    }

    /// Seconds to wait; 0 where the attempt was let in.
    private func wait(_ throttle: LoginThrottle, _ account: String, _ address: String?) -> Int {
        do {
            _ = try throttle.begin(account: account, address: address)
            return 0
        } catch {
            guard case .throttled(let seconds) = error else { return -1 }
            return seconds
        }
    }

    @Test func someTriesAreFreeThenEachWaits() {
        let throttle = throttle()
        for _ in 0..<5 { #expect(wait(throttle, "a@example.org", "192.0.2.1") == 0) }
        #expect(wait(throttle, "a@example.org", "192.0.2.1") == 30)
        clock.advance(by: 29_001)
        #expect(wait(throttle, "A@EXAMPLE.org", "192.0.2.1") == 1, "the same account however it is written")
        clock.advance(by: 999)
        #expect(wait(throttle, "a@example.org", "192.0.2.1") == 0)
        #expect(wait(throttle, "a@example.org", "192.0.2.1") == 30)
        #expect(wait(throttle, "b@example.org", "192.0.2.1") == 0)
        #expect(wait(throttle, "a@example.org", "192.0.2.2") == 0)
    }

    @Test func rightPasswordsCostNothing() throws {
        let throttle = throttle()
        for _ in 0..<200 { throttle.succeeded(try throttle.begin(account: "a@example.org", address: "192.0.2.1")) }
        for _ in 0..<200 { throttle.undone(try throttle.begin(account: "b@example.org", address: "192.0.2.1")) }
        #expect(wait(throttle, "a@example.org", "192.0.2.1") == 0)
    }

    @Test func anAddressIsBoundOverAllAccounts() {
        let throttle = throttle { $0.addressBurst = 3 }
        for number in 0..<3 { #expect(wait(throttle, "\(number)@example.org", "192.0.2.1") == 0) }
        #expect(wait(throttle, "x@example.org", "192.0.2.1") == 6)
        #expect(wait(throttle, "x@example.org", "192.0.2.2") == 0)
    }

    /// Whoever comes through a proxy that is not trusted comes from here.
    @Test func thisMachineIsNotBoundOverAllAccounts() {
        let throttle = throttle { $0.addressBurst = 3 }
        for address in ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"] {
            for number in 0..<10 { #expect(wait(throttle, "\(number)\(address)@example.org", address) == 0) }
        }
        for _ in 0..<5 { #expect(wait(throttle, "a@example.org", "127.0.0.1") == 0) }
        #expect(wait(throttle, "a@example.org", "127.0.0.1") == 30, "an account is still guarded")
    }

    /// One caller has as many IPv6 addresses as they like.
    @Test func anIPv6NetworkIsOneAddress() {
        let throttle = throttle { $0.addressBurst = 2 }
        #expect(wait(throttle, "1@example.org", "2001:db8:1:2::1") == 0)
        #expect(wait(throttle, "2@example.org", "2001:db8:1:2:ffff::9") == 0)
        #expect(wait(throttle, "3@example.org", "2001:0db8:0001:0002::77") > 0)
        #expect(wait(throttle, "3@example.org", "2001:db8:1:3::1") == 0)
        #expect(NetworkPrefix.of("::ffff:192.0.2.1") == "192.0.2.1")
        #expect(NetworkPrefix.of(String(repeating: "x", count: 1000)).count == 64)
    }

    @Test func strangersLockNobodyOut() throws {
        let throttle = throttle { $0.accountBurst = 10 }
        throttle.succeeded(try throttle.begin(account: "owner@example.org", address: "192.0.2.1"))
        for number in 0..<10 { #expect(wait(throttle, "owner@example.org", "198.51.100.\(number)") == 0) }
        #expect(wait(throttle, "owner@example.org", "198.51.100.99") == 10, "an account is guarded against many addresses")
        #expect(wait(throttle, "owner@example.org", "192.0.2.1") == 0, "but not against one that has logged in")
        // From a new address there is a try as soon as one is given back.
        clock.advance(by: 10_000)
        #expect(wait(throttle, "owner@example.org", "203.0.113.5") == 0)
    }

    @Test func tablesAreBound() {
        let throttle = throttle { $0.entries = 100 }
        for number in 0..<5_000 { _ = wait(throttle, "\(number)@example.org", "10.0.\(number / 250).\(number % 250)") }
        #expect(throttle.largestTable <= 100)
        // Who has failed often stays known while others come and go.
        for _ in 0..<5 { _ = wait(throttle, "victim@example.org", "192.0.2.1") }
        for number in 0..<500 { _ = wait(throttle, "x\(number)@example.org", "10.1.\(number / 250).\(number % 250)") }
        #expect(wait(throttle, "victim@example.org", "192.0.2.1") > 0)
        for number in 0..<500 {
            if let attempt = try? throttle.begin(account: "k\(number)@example.org", address: "10.2.\(number / 250).\(number % 250)") {
                throttle.succeeded(attempt)
            }
        }
        #expect(throttle.largestTable <= 100)
    }

    @Test func aClockThatGoesBackLocksNobodyOut() {
        let throttle = throttle()
        for _ in 0..<5 { #expect(wait(throttle, "a@example.org", nil) == 0) }
        clock.advance(by: -1_000_000_000)
        #expect(wait(throttle, "a@example.org", nil) == 30)
        clock.advance(by: 150_000)
        for _ in 0..<5 { #expect(wait(throttle, "a@example.org", nil) == 0) }
    }
}
