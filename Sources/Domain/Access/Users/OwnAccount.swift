import Conversation
package import TimeOrdered

/// What a user may change of themselves, whatever their role.
package struct OwnAccount: Sendable {
    /// Nil is "left as it is".
    package struct Change: Sendable {
        package var name: String?
        package var email: String?
        package var password: String?
        /// The password so far; needed for another address or password where there is one.
        package var currentPassword: String?

        package init(name: String? = nil, email: String? = nil, password: String? = nil, currentPassword: String? = nil) {
            self.name = name
            self.email = email
            self.password = password
            self.currentPassword = currentPassword
        }
    }

    private let store: any AccessStore
    private let hasher: PasswordHasher
    private let throttle: LoginThrottle
    private let clock: WallClock

    package init(store: any AccessStore, hasher: PasswordHasher, throttle: LoginThrottle, clock: WallClock = .system) {
        self.store = store
        self.hasher = hasher
        self.throttle = throttle
        self.clock = clock
    }

    /// - Throws: `AccessError.notFound` where the asker is gone.
    package func user(_ asker: Asker) async throws -> User {
        guard let user = try await store.read({ try $0.user(asker.userID) }) else { throw AccessError.notFound }
        return user
    }

    /// Whether the asker can come in by a password.
    package func hasPassword(_ asker: Asker) async throws -> Bool {
        try await store.read { try $0.passwordHash(of: asker.userID) != nil }
    }

    /// A new password ends every token, and every login but the one that it was changed by.
    /// - Throws: `AccessError.invalid`, `.emailTaken`, `.wrongCredentials` where the current password is not the one given, `.forbidden`
    ///   where one is needed and none was given, `.throttled`, `.busy`.
    /// - Parameter seen: what the asker takes the user to be; nil where they do not care. `AccessError.changedMeanwhile` where it is not.
    package func update(_ change: Change, inPlaceOf seen: User? = nil, by asker: Asker, from address: String?) async throws -> User {
        guard asker.reachesAsFarAsUser else { throw AccessError.narrowKey }
        if let name = change.name { _ = try DisplayName.checked(name, mayBeEmpty: true) }
        if let email = change.email { _ = try EmailAddress.checked(email) }
        let password = try change.password.map(Password.init(new:))
        let isSensitive = change.email != nil || password != nil
        let verified = isSensitive ? try await verifiedHash(change.currentPassword, asker, address) : nil
        let hash: String? = if let password { try await hasher.hash(password) } else { nil }
        let now = clock.now()
        return try await store.write { access in
            guard let user = try access.user(asker.userID), !user.suspended else { throw AccessError.notFound }
            if let seen, seen != user { throw AccessError.changedMeanwhile }
            if isSensitive, try access.passwordHash(of: user.id) != verified { throw AccessError.wrongCredentials }
            if let email = change.email { try UserRules.checkFree(email, for: user.id, in: user.workspaceID, access) }
            var applied = AppliedChange(UserChange(email: change.email, name: change.name), to: user, newPassword: hash != nil, now)
            guard applied.isChange else { return user }
            applied.claim()
            if let hash { try access.setPasswordHash(hash, of: user.id) }
            if applied.endsLogins { try access.deleteLogins(of: user.id, except: asker.login) }
            try access.update(applied.user)
            for (action, details) in applied.actions {
                try access.record(asker.record(action, of: .user, user.id, from: address, details: details), in: user.workspaceID)
            }
            return applied.user
        }
    }

    /// The hash of the user's password, once it was shown that they know it; nil for a user who has none.
    private func verifiedHash(_ current: String?, _ asker: Asker, _ address: String?) async throws -> String? {
        let known = try await store.read { access in
            try access.user(asker.userID).map { ($0.email, try access.passwordHash(of: $0.id)) }
        }
        guard let (email, hash) = known else { throw AccessError.notFound }
        guard let hash else {
            // Else who finds a key has the account, also after the key is revoked. Those who manage users could give themselves one anyway.
            guard !asker.isKey || asker.may(.admin) else {
                throw AccessError.forbidden(reason: "A key sets no address and no first password. Ask an admin, or log in by a link.")
            }
            return nil
        }
        guard let current else { throw AccessError.forbidden(reason: "The current password is needed for this.") }
        let attempt = try throttle.begin(account: email, address: address)
        do {
            guard try await hasher.verify(Password(attempt: current), against: hash) else { throw AccessError.wrongCredentials }
        } catch AccessError.busy {
            throttle.undone(attempt)
            throw AccessError.busy
        }
        throttle.succeeded(attempt)
        return hash
    }
}

extension Asker {
    fileprivate var login: LoginID? { if case .login(let id) = credential { id } else { nil } }
}
