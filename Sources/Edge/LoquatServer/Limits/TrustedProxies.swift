/// Who asks, where proxies stand between.
package struct TrustedProxies: Sendable {
    /// Hops that are looked at; a chain of proxies is shorter.
    private static let longestChain = 32

    private let ranges: [NetworkRange]

    package init(_ ranges: [NetworkRange]) { self.ranges = ranges }

    func contains(_ address: NetworkAddress) -> Bool { ranges.contains { $0.contains(address) } }

    /// The last address that somebody trusted speaks of and that is not trusted itself: what stands left of it in `X-Forwarded-For`
    /// anybody may have written.
    /// - Parameters:
    ///   - peer: the other side of the connection.
    ///   - forwarded: the values of `X-Forwarded-For`, in their order.
    func client(peer: NetworkAddress, forwarded: [String]) -> NetworkAddress {
        guard contains(peer), !forwarded.isEmpty else { return peer }
        var client = peer
        var hops = 0
        for value in forwarded.reversed() {
            var rest = Substring(value)
            while hops < Self.longestChain {
                hops += 1
                let comma = rest.lastIndex(of: ",")
                // A proxy that says something odd is the last that is known.
                guard let address = Self.address(rest[(comma.map(rest.index(after:)) ?? rest.startIndex)...]) else { return client }
                client = address
                guard contains(address) else { return client }
                guard let comma else { break }
                rest = rest[..<comma]
            }
        }
        return client
    }

    /// `192.0.2.1`, `192.0.2.1:4711`, `2001:db8::1`, `[2001:db8::1]` or `[2001:db8::1]:4711`.
    private static func address(_ hop: Substring) -> NetworkAddress? {
        var text = hop.drop { $0 == " " || $0 == "\t" }
        while let last = text.last, last == " " || last == "\t" { text.removeLast() }
        if text.first == "[" {
            guard let end = text.firstIndex(of: "]") else { return nil }
            return NetworkAddress(text[text.index(after: text.startIndex)..<end])
        }
        if let colon = text.firstIndex(of: ":"), text[text.index(after: colon)...].allSatisfy(\.isNumber) { text = text[..<colon] }
        return NetworkAddress(text)
    }
}
