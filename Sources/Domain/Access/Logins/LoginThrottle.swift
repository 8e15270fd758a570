import Synchronization
package import TimeOrdered

/// How often passwords may be tried. An attempt takes a token from each bucket below and has them back where it succeeds.
///
/// Whoever fails at an account from one address waits soon. An account is also guarded against guesses from many addresses, later and
/// for shorter waits, but not against an address that has logged in to it since the start: a stranger's guesses make nobody wait where
/// they usually are. This machine's own address is that of any proxy which is not trusted: it is held to no limit of an address.
package final class LoginThrottle: Sendable {
    package struct Limits: Sendable {
        package var pairBurst = 5
        package var pairInterval: Int64 = 30_000
        package var addressBurst = 30
        package var addressInterval: Int64 = 6_000
        package var accountBurst = 50
        package var accountInterval: Int64 = 10_000
        /// Entries of each table.
        package var entries = 10_000

        package init() {}
    }

    private struct Pair: Hashable {
        let account: String
        let address: String
    }

    private struct Tables {
        var pairs: RateTable<Pair>
        var addresses: RateTable<String>
        var accounts: RateTable<String>
        /// Who logged in from where; the oldest half is forgotten when it is full.
        var known: [Pair: Timestamp] = [:]
    }

    /// What an attempt took, to be given back where it succeeds.
    package struct Attempt: Sendable {
        fileprivate let account: String
        fileprivate let address: String
        fileprivate let isKnown: Bool
    }

    private let tables: Mutex<Tables>
    private let limits: Limits
    private let clock: WallClock

    package init(limits: Limits = Limits(), clock: WallClock = .system) {
        self.limits = limits
        self.clock = clock
        tables = Mutex(
            Tables(
                pairs: RateTable(burst: limits.pairBurst, interval: limits.pairInterval, limit: limits.entries),
                addresses: RateTable(burst: limits.addressBurst, interval: limits.addressInterval, limit: limits.entries),
                accounts: RateTable(burst: limits.accountBurst, interval: limits.accountInterval, limit: limits.entries)))
    }

    /// - Parameters:
    ///   - account: an e-mail address, whether there is such a user or not.
    ///   - address: where the request comes from; nil for the socket in the data directory.
    /// - Throws: `AccessError.throttled`.
    package func begin(account email: String, address: String?) throws(AccessError) -> Attempt {
        let now = clock.now()
        let (account, address) = (String(EmailAddress.key(email).prefix(EmailAddress.longest)), address.map(NetworkPrefix.of) ?? "")
        let pair = Pair(account: account, address: address)
        let isLoopback = NetworkPrefix.isLoopback(address)
        let (wait, isKnown) = tables.withLock { tables -> (Int64, Bool) in
            let isKnown = tables.known[pair] != nil
            let waits = [
                tables.pairs.wait(pair, now), isLoopback ? 0 : tables.addresses.wait(address, now), isKnown ? 0 : tables.accounts.wait(account, now),
            ]
            let wait = waits.max() ?? 0
            guard wait == 0 else { return (wait, isKnown) }
            tables.pairs.take(pair, now)
            if !isLoopback { tables.addresses.take(address, now) }
            if !isKnown { tables.accounts.take(account, now) }
            return (0, isKnown)
        }
        guard wait == 0 else { throw .throttled(retryAfter: Int((wait + 999) / 1000)) }
        return Attempt(account: account, address: address, isKnown: isKnown)
    }

    /// An attempt that is told neither a success nor a refusal of the server's own counts as failed.
    package func succeeded(_ attempt: Attempt) {
        let now = clock.now()
        tables.withLock { tables in
            Self.giveBack(attempt, now, &tables)
            if tables.known.count >= limits.entries {
                let newest = tables.known.sorted { $0.value > $1.value }.prefix(limits.entries / 2)
                tables.known = Dictionary(uniqueKeysWithValues: newest.map { ($0.key, $0.value) })
            }
            tables.known[Pair(account: attempt.account, address: attempt.address)] = now
        }
    }

    /// The password was not looked at.
    package func undone(_ attempt: Attempt) {
        let now = clock.now()
        tables.withLock { Self.giveBack(attempt, now, &$0) }
    }

    private static func giveBack(_ attempt: Attempt, _ now: Timestamp, _ tables: inout Tables) {
        tables.pairs.giveBack(Pair(account: attempt.account, address: attempt.address), now)
        tables.addresses.giveBack(attempt.address, now)
        if !attempt.isKnown { tables.accounts.giveBack(attempt.account, now) }
    }

    /// How many entries the fullest table has.
    var largestTable: Int {
        tables.withLock { max($0.pairs.count, $0.addresses.count, $0.accounts.count, $0.known.count) }
    }
}
