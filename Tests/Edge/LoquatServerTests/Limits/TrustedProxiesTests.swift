import NIOCore
import Testing

@testable import LoquatServer

@Suite struct NetworkAddressTests {
    @Test(arguments: ["", " ", "1.2.3", "1.2.3.4.5", "256.1.1.1", "1.2.3.4 ", "01.2.3.4x", "::g", "fe80::1%eth0", "localhost", "[::1]"])
    func whatIsNoAddress(_ text: String) { #expect(NetworkAddress(text) == nil) }

    @Test func oneAddressHasOneValueHoweverItIsWritten() {
        #expect(NetworkAddress("2001:db8::1") == NetworkAddress("2001:0DB8:0:0:0:0:0:1"))
        #expect(NetworkAddress("::ffff:192.0.2.1") == NetworkAddress("192.0.2.1"))
        #expect(NetworkAddress("192.0.2.1") != NetworkAddress("192.0.2.2"))
    }

    @Test func aSocketsAddressIsTheSame() throws {
        for text in ["192.0.2.1", "2001:db8::1", "::1"] {
            #expect(NetworkAddress(try SocketAddress(ipAddress: text, port: 80)) == NetworkAddress(text))
        }
        #expect(NetworkAddress(try SocketAddress(unixDomainSocketPath: "/tmp/socket")) == nil)
        #expect(NetworkAddress(nil as SocketAddress?) == nil)
    }

    @Test func loopback() throws {
        for text in ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"] { #expect(try #require(NetworkAddress(text)).isLoopback) }
        for text in ["128.0.0.1", "::2", "10.0.0.1", "::"] { #expect(try !#require(NetworkAddress(text)).isLoopback) }
    }

    @Test func aSubscriberOfIPv6HasANetwork() throws {
        func subscriber(_ text: String) throws -> NetworkAddress { try #require(NetworkAddress(text)).subscriber }
        #expect(try subscriber("2001:db8::1") == subscriber("2001:db8::ffff:1"))
        #expect(try subscriber("2001:db8::1") != subscriber("2001:db8:0:1::1"))
        #expect(try subscriber("192.0.2.1") != subscriber("192.0.2.2"))
        #expect(try subscriber("::1") != subscriber("::2"))
    }
}

@Suite struct NetworkRangeTests {
    @Test(arguments: ["", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "::/129", "10.0.0.0/8/8", "host/8", "10.0.0.0/a"])
    func whatIsNoRange(_ text: String) { #expect(NetworkRange(text) == nil) }

    @Test(
        arguments: [
            ("10.0.0.0/8", "10.255.0.1", true), ("10.0.0.0/8", "11.0.0.1", false), ("10.1.2.3/8", "10.9.9.9", true),
            ("192.0.2.1", "192.0.2.1", true), ("192.0.2.1", "192.0.2.2", false), ("192.0.2.1/32", "192.0.2.1", true),
            ("0.0.0.0/0", "8.8.8.8", true), ("0.0.0.0/0", "2001:db8::1", false), ("::/0", "8.8.8.8", true), ("::/0", "2001:db8::1", true),
            ("2001:db8::/32", "2001:db8:ffff::1", true), ("2001:db8::/32", "2001:db9::1", false), ("2001:db8::/64", "2001:db8::ff", true),
            ("2001:db8::/65", "2001:db8::8000:0:0:0", false), ("2001:db8::1", "2001:db8::1", true), ("2001:db8::1", "2001:db8::2", false),
            ("192.0.2.128/25", "192.0.2.127", false), ("192.0.2.128/25", "192.0.2.200", true), ("10.0.0.0/8", "::ffff:10.1.1.1", true),
        ])
    func whatARangeHolds(_ range: String, _ address: String, _ isInside: Bool) throws {
        #expect(try #require(NetworkRange(range)).contains(try #require(NetworkAddress(address))) == isInside)
    }
}

@Suite struct TrustedProxiesTests {
    private func client(_ peer: String, _ forwarded: String..., trusting trusted: String = "10.0.0.0/8,192.0.2.1") throws -> NetworkAddress {
        let ranges = try trusted.split(separator: ",").map { try #require(NetworkRange($0)) }
        return TrustedProxies(ranges).client(peer: try #require(NetworkAddress(peer)), forwarded: forwarded)
    }

    private func expect(_ client: NetworkAddress, _ text: String, _ location: SourceLocation = #_sourceLocation) {
        #expect(client == NetworkAddress(text), sourceLocation: location)
    }

    @Test func aPeerThatIsNotTrustedSpeaksForItself() throws {
        expect(try client("203.0.113.9", "198.51.100.1"), "203.0.113.9")
        expect(try client("10.0.0.1", "198.51.100.1", trusting: ""), "10.0.0.1")
    }

    @Test func aTrustedProxySpeaksForItsClient() throws {
        expect(try client("10.0.0.1", "198.51.100.1"), "198.51.100.1")
        expect(try client("10.0.0.1"), "10.0.0.1")
    }

    @Test func theLastThatIsNotTrustedIsTheClient() throws {
        expect(try client("10.0.0.1", "1.1.1.1, 198.51.100.1, 10.0.0.9"), "198.51.100.1")
        expect(try client("10.0.0.1", "1.1.1.1", "198.51.100.1,192.0.2.1", " 10.0.0.9\t"), "198.51.100.1")
    }

    @Test func aChainOfProxiesAloneEndsAtItsFirst() throws {
        expect(try client("10.0.0.1", "10.0.0.3, 10.0.0.2"), "10.0.0.3")
    }

    @Test(arguments: ["unknown", "", "_hidden", "1.2.3", "198.51.100.1:x", "[::1", "a, , b"])
    func whatIsNoAddressEndsTheSearch(_ odd: String) throws {
        expect(try client("10.0.0.1", "1.1.1.1, \(odd), 10.0.0.2"), "10.0.0.2")
        expect(try client("10.0.0.1", odd), "10.0.0.1")
    }

    @Test(arguments: ["198.51.100.1:4711", " 198.51.100.1 ", "[::ffff:198.51.100.1]", "[::ffff:198.51.100.1]:80", "::ffff:198.51.100.1"])
    func addressesInEveryForm(_ text: String) throws {
        expect(try client("10.0.0.1", text), "198.51.100.1")
    }

    @Test func anEndlessChainIsNotFollowed() throws {
        let chain = Array(repeating: "10.0.0.2", count: 100_000).joined(separator: ",")
        expect(try client("10.0.0.1", "1.1.1.1," + chain), "10.0.0.2")
    }
}
