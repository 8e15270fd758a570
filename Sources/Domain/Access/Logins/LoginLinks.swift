import Synchronization
package import TimeOrdered

/// One-time links that log the owner in, for whoever sees the server's terminal. They live in memory alone and for a quarter of an hour.
package final class LoginLinks: Sendable {
    package static let lifetime: Int64 = 15 * 60 * 1000
    /// Links in force; the oldest lapses where one more is made.
    package static let limit = 16

    private let clock: WallClock
    private let links = Mutex<[(digest: KeyDigest, expiresAt: Timestamp)]>([])

    package init(clock: WallClock = .system) { self.clock = clock }

    package func make() -> LinkSecret {
        let secret = LinkSecret()
        let now = clock.now()
        links.withLock { links in
            links.removeAll { $0.expiresAt <= now }
            if links.count >= Self.limit { links.removeFirst() }
            links.append((secret.digest, now.advanced(by: Self.lifetime)))
        }
        return secret
    }

    /// Whether this is a link in force; it is none from now on.
    func use(_ text: String) -> Bool {
        let (digest, now) = (KeyDigest(of: text), clock.now())
        return links.withLock { links in
            guard let index = links.firstIndex(where: { $0.digest == digest }) else { return false }
            return links.remove(at: index).expiresAt > now
        }
    }
}
