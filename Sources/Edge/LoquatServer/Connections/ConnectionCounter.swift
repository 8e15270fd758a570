import NIOCore
import Synchronization

/// How many connections are open, in all and from each address.
final class ConnectionCounter: Sendable {
    private struct Counts {
        var all = 0
        var byAddress: [NetworkAddress: Int] = [:]
    }

    private let counts = Mutex(Counts())
    private let limits: ConnectionLimits
    private let proxies: TrustedProxies

    init(_ limits: ConnectionLimits, proxies: TrustedProxies) {
        self.limits = limits
        self.proxies = proxies
    }

    /// Counts a connection until it closes.
    /// - Returns: false where it is one too many; then it is not counted.
    func open(_ channel: any Channel) -> Bool {
        let address = NetworkAddress(channel.remoteAddress).flatMap { proxies.contains($0) ? nil : $0.subscriber }
        let isWithin = counts.withLock { counts in
            let own = address.map { counts.byAddress[$0, default: 0] } ?? 0
            guard limits.connections == 0 || counts.all < limits.connections,
                limits.connectionsPerAddress == 0 || own < limits.connectionsPerAddress
            else { return false }
            counts.all += 1
            if let address { counts.byAddress[address] = own + 1 }
            return true
        }
        if isWithin { channel.closeFuture.whenComplete { _ in self.closed(address) } }
        return isWithin
    }

    private func closed(_ address: NetworkAddress?) {
        counts.withLock { counts in
            counts.all -= 1
            guard let address, let own = counts.byAddress[address] else { return }
            counts.byAddress[address] = own > 1 ? own - 1 : nil
        }
    }
}
