import Foundation
import NIOCore

/// An IP address as 128 bits; IPv4 as `::ffff:a.b.c.d`.
package struct NetworkAddress: Sendable, Hashable {
    let high: UInt64
    let low: UInt64

    private static let ipv4Prefix: UInt64 = 0x0000_ffff_0000_0000

    init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    private init(ipv4 address: UInt32) { self.init(high: 0, low: Self.ipv4Prefix | UInt64(address)) }

    private init(bytes: UnsafeRawBufferPointer) {
        func half(_ bytes: UnsafeRawBufferPointer.SubSequence) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }
        self.init(high: half(bytes.prefix(8)), low: half(bytes.dropFirst(8).prefix(8)))
    }

    /// `192.0.2.1` or `2001:db8::1`, nothing around it.
    package init?(_ text: some StringProtocol) {
        let text = String(text)
        var ipv4 = in_addr()
        if inet_pton(AF_INET, text, &ipv4) == 1 {
            self.init(ipv4: UInt32(bigEndian: ipv4.s_addr))
            return
        }
        var ipv6 = in6_addr()
        guard inet_pton(AF_INET6, text, &ipv6) == 1 else { return nil }
        self = withUnsafeBytes(of: &ipv6) { NetworkAddress(bytes: $0) }
    }

    /// The other side of a connection; nil for a socket in the file system.
    init?(_ address: SocketAddress?) {
        switch address {
        case .v4(let ipv4): self.init(ipv4: UInt32(bigEndian: ipv4.address.sin_addr.s_addr))
        case .v6(let ipv6):
            var bytes = ipv6.address.sin6_addr
            self = withUnsafeBytes(of: &bytes) { NetworkAddress(bytes: $0) }
        case .unixDomainSocket, nil: return nil
        }
    }

    /// As people write it.
    var description: String {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        if isIPv4 {
            var ipv4 = in_addr(s_addr: UInt32(truncatingIfNeeded: low).bigEndian)
            inet_ntop(AF_INET, &ipv4, &text, socklen_t(text.count))
        } else {
            var ipv6 = (high.bigEndian, low.bigEndian)
            inet_ntop(AF_INET6, &ipv6, &text, socklen_t(text.count))
        }
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    var isIPv4: Bool { high == 0 && low >> 32 == Self.ipv4Prefix >> 32 }

    /// This machine.
    var isLoopback: Bool { isIPv4 ? low >> 24 & 0xff == 127 : high == 0 && low == 1 }

    /// What one customer of a provider has: an IPv4 address, or a network of 64 bits, whose addresses cost nothing.
    var subscriber: NetworkAddress { isIPv4 || isLoopback ? self : NetworkAddress(high: high, low: 0) }
}

/// Addresses that begin alike, such as `10.0.0.0/8`; an address alone is a range of one.
package struct NetworkRange: Sendable, Hashable {
    private let high: UInt64
    private let low: UInt64
    private let highMask: UInt64
    private let lowMask: UInt64

    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let address = NetworkAddress(first) else { return nil }
        var length = 128
        if parts.count == 2 {
            let longest = address.isIPv4 && !first.contains(":") ? 32 : 128
            guard let given = Int(parts[1]), (0...longest).contains(given) else { return nil }
            length = 128 - longest + given
        }
        highMask = length >= 64 ? .max : ~(UInt64.max >> UInt64(length))
        lowMask = length <= 64 ? 0 : ~(length == 128 ? 0 : UInt64.max >> UInt64(length - 64))
        high = address.high & highMask
        low = address.low & lowMask
    }

    func contains(_ address: NetworkAddress) -> Bool { address.high & highMask == high && address.low & lowMask == low }
}
