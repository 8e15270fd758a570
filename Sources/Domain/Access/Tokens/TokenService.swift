import JWTKit
import Synchronization
package import TimeOrdered

/// A token for programs, and when it lapses.
package struct IssuedToken: Sendable, Hashable {
    package let text: String
    package let id: UUIDv7
    package let expiresAt: Timestamp
}

/// What a token that is in force says; whether its user may still come in is asked elsewhere.
struct VerifiedToken: Sendable, Hashable {
    let userID: UserID
    let id: UUIDv7
    let issuedAt: Timestamp
    let expiresAt: Timestamp
}

/// Signs and verifies tokens (JWT, HS256). Which key and which algorithm verify a token is looked up in our own table by its `kid`.
package final class TokenService: Sendable {
    static let issuer = "loquat"
    /// A day, in milliseconds: no token lives longer, whatever is set.
    package static let longestLifetime: Int64 = 24 * 3600 * 1000
    package static let defaultLifetime: Int64 = 3600 * 1000
    /// Bytes of a token that is looked at.
    private static let longestToken = 4096
    /// How far the clocks of two replicas may be apart, in milliseconds.
    private static let clockSkew: Int64 = 60_000

    private let store: any AccessStore
    private let ids: UUIDv7Generator
    private let clock: WallClock
    private let lifetime: Int64
    private let ring = Mutex(SigningKeyRing([]))

    /// - Parameter lifetime: milliseconds that a token lives, at most `longestLifetime`.
    package init(store: any AccessStore, ids: UUIDv7Generator, clock: WallClock = .system, lifetime: Int64 = TokenService.defaultLifetime) {
        self.store = store
        self.ids = ids
        self.clock = clock
        self.lifetime = min(lifetime, Self.longestLifetime)
    }

    /// - Parameters:
    ///   - user: as read after `now`.
    ///   - now: before the user's password was looked at, so that a change of it meanwhile ends this token too.
    func issue(for user: User, id: UUIDv7, now: Timestamp) async throws -> IssuedToken {
        let key = try await signingKey()
        // A password that was changed in this very millisecond ends the tokens before it, not those after.
        let issuedAt = max(now, user.tokensValidAfter.advanced(by: 1))
        let claims = TokenClaims(user: user.id, id: id, issuedAt: issuedAt, lifetime: lifetime)
        let text = try await Self.keys(key).sign(claims, kid: Self.name(key))
        return IssuedToken(text: text, id: id, expiresAt: issuedAt.advanced(by: lifetime))
    }

    /// Nil for whatever is no token of ours in force.
    func verify(_ token: String) async throws -> VerifiedToken? {
        guard token.utf8.count <= Self.longestToken, let header = TokenHeader(of: token), let key = try await verifyingKey(header.kid) else {
            return nil
        }
        let claims: TokenClaims
        do {
            claims = try await Self.keys(key).verify(token)
        } catch {
            return nil
        }
        guard let user = UUIDv7(claims.sub), let id = UUIDv7(claims.jti), let issuedAt = Timestamp(numericDate: claims.iat),
            let expiresAt = Timestamp(numericDate: claims.exp)
        else { return nil }
        let now = clock.now()
        guard now < expiresAt, issuedAt <= now.advanced(by: Self.clockSkew) else { return nil }
        return VerifiedToken(userID: user, id: id, issuedAt: issuedAt, expiresAt: expiresAt)
    }

    // MARK: Keys

    /// A collection of one key: jwt-kit falls back on a collection's default key where it does not know a `kid`.
    private static func keys(_ key: SigningKey) async -> JWTKeyCollection {
        await JWTKeyCollection().add(hmac: HMACKey(from: key.secret), digestAlgorithm: .sha256, kid: name(key))
    }

    private static func name(_ key: SigningKey) -> JWKIdentifier { JWKIdentifier(string: key.id.description) }

    private func verifyingKey(_ id: UUIDv7) async throws -> SigningKey? {
        let now = clock.now()
        if !ring.withLock({ $0.contains(id) }) {
            let stored = SigningKeyRing(try await store.read { try $0.signingKeys() })
            ring.withLock { $0 = stored }
        }
        return ring.withLock { $0.verifying(id, now) }
    }

    /// The key that signs; makes one where there is none or where it has signed for long enough, and drops those that are done.
    private func signingKey() async throws -> SigningKey {
        let now = clock.now()
        let known = ring.withLock { ring in ring.lapsed(now).isEmpty ? ring.signing(now) : nil }
        if let known { return known }
        let new = SigningKey(id: ids.next(), secret: RandomBytes.make(), createdAt: now)
        let (key, stored) = try await store.write { access -> (SigningKey, SigningKeyRing) in
            var stored = SigningKeyRing(try access.signingKeys())
            for id in stored.lapsed(now) { try access.deleteSigningKey(id) }
            let signing = stored.signing(now)
            if signing == nil { try access.insert(new) }
            stored = SigningKeyRing(try access.signingKeys())
            return (signing ?? new, stored)
        }
        ring.withLock { $0 = stored }
        return key
    }
}

extension Timestamp {
    /// Seconds since 1970; nil for what is no date of this world.
    fileprivate init?(numericDate seconds: Double) {
        guard seconds.isFinite, abs(seconds) < 1e12 else { return nil }
        self.init(milliseconds: Int64((seconds * 1000).rounded()))
    }
}
