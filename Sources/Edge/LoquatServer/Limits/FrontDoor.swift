import Access
import HTTPTypes
import Hummingbird
import NIOCore
import TimeOrdered

/// How often one may come, and how many streams one may hold. 0 is no limit.
package struct RateLimits: Sendable {
    /// Requests a minute of one credential.
    package var perKey = 0
    /// Requests a minute of one address.
    package var perAddress = 0
    /// Failed authentications a minute of one address, and links that open nothing; this machine's own left out.
    package var failuresPerAddress = 60
    /// Event streams that one credential has open.
    package var streamsPerKey = 5_000
    package var trustedProxies = TrustedProxies([])

    package init() {}
}

/// Decides who comes in: what credentials and addresses have used of their limits.
package final class FrontDoor: Sendable {
    let connectionLimits: ConnectionLimits
    let connections: ConnectionCounter
    let keys = RateLimiter<UUIDv7>()
    let streams = StreamSlots()
    private let addresses = RateLimiter<NetworkAddress>()
    private let failures = RateLimiter<NetworkAddress>()
    private let unknownLinks = RateLimiter<NetworkAddress>()
    private let rates: RateLimits

    /// Where passwords and login links are tried.
    private static let loginPaths: [[Substring]] = [["api", "v1", "auth"], ["login"], ["register"]]
    private static let forwardedFor = HTTPField.Name("X-Forwarded-For")!  // reason: a valid name

    package init(connections: ConnectionLimits, rates: RateLimits) {
        connectionLimits = connections
        self.connections = ConnectionCounter(connections, proxies: rates.trustedProxies)
        self.rates = rates
    }

    /// Of one credential of a workspace with these limits; nil for no limit.
    func requestsPerMinute(_ limits: WorkspaceLimits) -> Int? { Self.narrower(rates.perKey, limits.requestsPerMinute) }
    func concurrentStreams(_ limits: WorkspaceLimits) -> Int? { Self.narrower(rates.streamsPerKey, limits.concurrentStreams) }

    private static func narrower(_ setting: Int, _ limit: Int?) -> Int? { setting > 0 ? min(setting, limit ?? setting) : limit }

    /// Who asks, behind proxies that are trusted to say so; nil for a socket in the file system.
    func client(of request: Request, from peer: SocketAddress?) -> NetworkAddress? {
        NetworkAddress(peer).map { rates.trustedProxies.client(peer: $0, forwarded: request.headers[values: Self.forwardedFor]) }
    }

    /// Counts a request of an address.
    /// - Returns: what is left to the address; nil where there is no limit.
    /// - Throws: 429 where nothing is left, or where somebody who failed too often logs in again.
    func admit(_ request: Request, from address: NetworkAddress?) throws(Problem) -> Allowance? {
        // As the router reads a path: empty parts count for nothing.
        let parts = request.uri.path.split(separator: "/")
        let isGuess = request.method == .post && Self.loginPaths.contains { parts.starts(with: $0) }
        guard rates.perAddress > 0 || isGuess, let address else { return nil }
        // A password is worth guessing, unlike a key, so that its guesser is turned away before it is looked at.
        if isGuess, rates.failuresPerAddress > 0, !address.isLoopback {
            let allowance = failures.look(at: address.subscriber, perMinute: rates.failuresPerAddress)
            guard allowance.isAllowed else { throw .tooManyFailures(allowance) }
        }
        guard rates.perAddress > 0 else { return nil }
        let allowance = addresses.take(address.subscriber, perMinute: rates.perAddress)
        guard allowance.isAllowed else { throw .tooManyRequests(allowance, of: "address") }
        return allowance
    }

    /// Counts a share link that opened nothing. Failed authentications are counted apart: a page elsewhere that has its readers' browsers
    /// fetch such a link closes no login to them. Like a key, and unlike a password, a link cannot be guessed, so that one which is in
    /// force is served whoever failed.
    /// - Throws: 429 once there were too many.
    package func countUnknownLink(of context: ServerContext) throws {
        if let refusal = refusal(afterUnknownLinkFrom: context.client) { throw refusal }
    }

    func refusal(afterUnknownLinkFrom address: NetworkAddress?) -> Problem? { refusal(address, countedIn: unknownLinks) }

    /// Counts a failed authentication. This machine's own address is left out: it is that of a proxy which is not trusted to say for
    /// whom it asks, and then one who fails would speak for everybody.
    /// - Returns: the answer in place of 401 once there were too many.
    func refusal(afterFailureFrom address: NetworkAddress?) -> Problem? { refusal(address, countedIn: failures) }

    private func refusal(_ address: NetworkAddress?, countedIn failures: RateLimiter<NetworkAddress>) -> Problem? {
        guard rates.failuresPerAddress > 0, let address, !address.isLoopback else { return nil }
        let allowance = failures.take(address.subscriber, perMinute: rates.failuresPerAddress)
        return allowance.isAllowed ? nil : .tooManyFailures(allowance)
    }
}
