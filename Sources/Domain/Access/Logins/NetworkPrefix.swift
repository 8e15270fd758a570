#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What stands for one caller's address: an IPv4 address, or the first 64 bits of an IPv6 address, of which one caller has as many as
/// they like.
enum NetworkPrefix {
    private static let longest = 64

    /// This machine's own, as `of` gives it: that of a proxy too which is not trusted to say for whom it asks.
    static func isLoopback(_ prefix: String) -> Bool { prefix.hasPrefix("127.") || prefix == ipv6Loopback }
    private static let ipv6Loopback = of("::1")

    static func of(_ address: String) -> String {
        var bytes = in6_addr()
        guard inet_pton(AF_INET6, address, &bytes) == 1 else { return String(address.prefix(longest)) }
        return withUnsafeBytes(of: &bytes) { bytes in
            let isMapped = bytes.prefix(10).allSatisfy { $0 == 0 } && bytes[10] == 0xff && bytes[11] == 0xff
            if isMapped { return bytes.suffix(4).map { "\($0)" }.joined(separator: ".") }
            return bytes.prefix(8).map { String($0, radix: 16) }.joined(separator: ":") + "::/64"
        }
    }
}
