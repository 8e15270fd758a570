import Synchronization
package import TimeOrdered

/// Finds out who is behind a key, a token, a login or the socket. Who was found is remembered until something is taken from anybody.
package final class Authenticator: Sendable {
    private static let rememberedAskers = 10_000

    private struct Remembered {
        let asker: Asker
        /// When the credential lapses by itself.
        let expiresAt: Timestamp?
    }

    /// What opens one door opens no other: a cookie sent as a header is nothing.
    private enum Shown: Hashable {
        case bearer(KeyDigest)
        case cookie(KeyDigest)
    }

    private struct Memory {
        var askers: [Shown: Remembered] = [:]
        /// The store's version under which they were read.
        var version = 0
    }

    private let store: any AccessStore
    private let tokens: TokenService
    private let keyUse: KeyUse
    private let clock: WallClock
    private let memory = Mutex(Memory())

    package init(store: any AccessStore, tokens: TokenService, keyUse: KeyUse, clock: WallClock = .system) {
        self.store = store
        self.tokens = tokens
        self.keyUse = keyUse
        self.clock = clock
    }

    /// Who sends `Authorization: Bearer …`: a key or a token. Nil for what is neither, or not in force.
    package func asker(bearer text: String) async throws -> Asker? {
        let digest = KeyDigest(of: text)
        let found = try await remembered(.bearer(digest)) { [self] in
            if text.hasPrefix(KeySecret.prefix) { return try await find(key: digest) }
            return try await find(token: text)
        }
        if case .key(let id) = found?.credential { keyUse.used(id, at: clock.now()) }
        return found
    }

    /// Who sends a page's cookie.
    package func asker(login: LoginSecret) async throws -> Asker? {
        guard login.text.hasPrefix(LoginSecret.prefix) else { return nil }
        let digest = login.digest
        return try await remembered(.cookie(digest)) { [self] in try await find(login: digest) }
    }

    /// Who comes by the socket in the data directory.
    package func owner() async throws -> Asker { Asker(try await store.owner(), by: .socket) }

    /// Grows when something was taken from anybody. Whoever was let in is still let in while it stands, but for what lapses by itself.
    package var version: Int { store.version }

    // MARK: Memory

    private func remembered(_ shown: Shown, _ find: @Sendable () async throws -> Remembered?) async throws -> Asker? {
        // Read before the store is: what changes meanwhile makes what was found out of date.
        let (version, now) = (store.version, clock.now())
        let known = memory.withLock { memory -> Asker? in
            if memory.version != version { memory = Memory(version: version) }
            guard let known = memory.askers[shown], known.expiresAt.map({ now < $0 }) ?? true else { return nil }
            return known.asker
        }
        if let known { return known }
        guard let found = try await find() else { return nil }
        memory.withLock { memory in
            guard memory.version == version, store.version == version else { return }
            if memory.askers.count >= Self.rememberedAskers { memory.askers.removeAll(keepingCapacity: true) }
            memory.askers[shown] = found
        }
        return found.asker
    }

    // MARK: Looking up

    private func find(key digest: KeyDigest) async throws -> Remembered? {
        let now = clock.now()
        return try await store.read { access in
            guard let key = try access.key(digest), key.isInForce(now), let user = try access.user(key.userID), !user.suspended else {
                return nil
            }
            return Remembered(asker: Asker(user, by: key, limits: try access.limits(of: user.workspaceID)), expiresAt: key.expiresAt)
        }
    }

    private func find(token text: String) async throws -> Remembered? {
        guard let token = try await tokens.verify(text) else { return nil }
        return try await store.read { access in
            guard let user = try access.user(token.userID), !user.suspended, token.issuedAt > user.tokensValidAfter else { return nil }
            let limits = try access.limits(of: user.workspaceID)
            return Remembered(asker: Asker(user, by: .token(token.id), limits: limits), expiresAt: token.expiresAt)
        }
    }

    private func find(login digest: KeyDigest) async throws -> Remembered? {
        let now = clock.now()
        return try await store.read { access in
            guard let login = try access.login(digest), now < login.expiresAt, let user = try access.user(login.userID), !user.suspended else {
                return nil
            }
            let limits = try access.limits(of: user.workspaceID)
            return Remembered(asker: Asker(user, by: .login(login.id), limits: limits), expiresAt: login.expiresAt)
        }
    }
}
