import Conversation
import JSON
package import TimeOrdered

/// From a password, or a link, to a login or a token.
package struct LoginService: Sendable {
    private let store: any AccessStore
    private let hasher: PasswordHasher
    private let throttle: LoginThrottle
    private let links: LoginLinks
    private let tokens: TokenService
    private let ids: UUIDv7Generator
    private let clock: WallClock
    private let failures = FailureRecords()

    package init(
        store: any AccessStore, hasher: PasswordHasher, throttle: LoginThrottle, links: LoginLinks, tokens: TokenService, ids: UUIDv7Generator,
        clock: WallClock = .system
    ) {
        self.store = store
        self.hasher = hasher
        self.throttle = throttle
        self.links = links
        self.tokens = tokens
        self.ids = ids
        self.clock = clock
    }

    /// A login for the page.
    /// - Throws: `AccessError.wrongCredentials`, `.suspended`, `.throttled`, `.busy`.
    package func login(email: String, password: String, from address: String?) async throws -> OpenedLogin {
        let (ids, now) = (ids, clock.now())
        return try await withUser(email, password, address) { user, access in
            try Self.open(user, ids, now, access)
        }
    }

    /// A signed token for programs.
    /// - Throws: as `login`.
    package func token(email: String, password: String, from address: String?) async throws -> IssuedToken {
        let now = clock.now()
        let (user, id) = try await withUser(email, password, address) { [ids] user, _ in (user, ids.next()) }
        return try await tokens.issue(for: user, id: id, now: now)
    }

    /// A login of the owner for whoever holds a link. The owner is claimed from now on.
    /// - Throws: `AccessError.linkNotValid`.
    package func login(link: String, from address: String?) async throws -> OpenedLogin {
        guard links.use(link) else { throw AccessError.linkNotValid }
        let (owner, ids, now) = (try await store.owner(), ids, clock.now())
        return try await store.write { access in
            guard var user = try access.user(owner.id) else { throw AccessError.linkNotValid }
            if !user.isClaimed {
                user.isClaimed = true
                user.updatedAt = now
                try access.update(user)
            }
            let opened = try Self.open(user, ids, now, access)
            try access.record(Self.loggedIn(user, "link", address), in: user.workspaceID)
            return opened
        }
    }

    /// Ends the login that the asker came by; what else they came by stays.
    package func logout(_ asker: Asker, from address: String?) async throws {
        guard case .login(let id) = asker.credential else { return }
        try await store.write { access in
            try access.deleteLogin(id)
            try access.record(asker.record(.loggedOut, of: .user, asker.userID, from: address), in: asker.workspaceID)
        }
    }

    /// Forgets logins that have lapsed.
    package func forgetLapsed() async throws {
        let now = clock.now()
        try await store.write { try $0.deleteLogins(expiredAt: now) }
    }

    // MARK: Passwords

    /// Checks the password, then does `body` in a transaction in which the user still has this password and is not suspended.
    private func withUser<Value: Sendable>(
        _ email: String, _ password: String, _ address: String?, _ body: @escaping @Sendable (User, any AccessWriting) throws -> Value
    ) async throws -> Value {
        let attempt = try throttle.begin(account: email, address: address)
        let workspace = try await store.owner().workspaceID
        let known = try await store.read { access in
            try access.user(email: email, in: workspace).map { ($0, try access.passwordHash(of: $0.id)) }
        }
        let isRight: Bool
        do {
            isRight = try await hasher.verify(Password(attempt: password), against: known?.1)
        } catch {
            throttle.undone(attempt)
            throw error
        }
        guard isRight, let (user, hash) = known, let hash else {
            try await recordFailure(of: known?.0.id, in: workspace, from: address)
            throw AccessError.wrongCredentials
        }
        throttle.succeeded(attempt)
        // The thread may be taken just now: then the hash is renewed another time.
        let renewed = hasher.isOutdated(hash) ? try? await hasher.hash(Password(attempt: password)) : nil  // reason: said above
        return try await store.write { access in
            guard let now = try access.user(user.id), try access.passwordHash(of: user.id) == hash else { throw AccessError.wrongCredentials }
            guard !now.suspended else { throw AccessError.suspended }
            if let renewed { try access.setPasswordHash(renewed, of: user.id) }
            let value = try body(now, access)
            try access.record(Self.loggedIn(now, "password", address), in: workspace)
            return value
        }
    }

    private func recordFailure(of user: UserID?, in workspace: WorkspaceID, from address: String?) async throws {
        guard let unrecorded = failures.next(clock.now()) else { return }
        let record = AuditRecord(
            actorID: nil, actorCredential: "password", action: .loginFailed, targetKind: .user, targetID: user, address: address,
            details: unrecorded > 0 ? ["unrecorded_before": .number(JSONNumber(unrecorded))] : [:])
        try await store.write { try $0.record(record, in: workspace) }
    }

    private static func open(_ user: User, _ ids: UUIDv7Generator, _ now: Timestamp, _ access: any AccessWriting) throws -> OpenedLogin {
        let secret = LoginSecret()
        let login = Login(
            id: ids.next(), userID: user.id, digest: secret.digest, createdAt: now, expiresAt: now.advanced(by: Login.lifetime))
        for old in try access.logins(of: user.id).dropLast(Login.limitPerUser - 1) { try access.deleteLogin(old.id) }
        try access.insert(login)
        return OpenedLogin(secret: secret, login: login, user: user)
    }

    private static func loggedIn(_ user: User, _ credential: String, _ address: String?) -> AuditRecord {
        AuditRecord(actorID: user.id, actorCredential: credential, action: .loggedIn, targetKind: .user, targetID: user.id, address: address)
    }
}
