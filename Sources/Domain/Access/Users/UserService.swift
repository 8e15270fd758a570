package import Conversation
import JSON
package import TimeOrdered

/// A user to be made. Without a password they come in by keys alone.
package struct NewUser: Sendable {
    package let email: String
    package let name: String
    package let role: Role
    package let password: String?

    package init(email: String, name: String = "", role: Role = .member, password: String? = nil) {
        self.email = email
        self.name = name
        self.role = role
        self.password = password
    }
}

/// What is to be changed of a user; nil is "left as it is".
package struct UserChange: Sendable {
    package var email: String?
    package var name: String?
    package var role: Role?
    package var suspended: Bool?
    package var password: String?

    package init(email: String? = nil, name: String? = nil, role: Role? = nil, suspended: Bool? = nil, password: String? = nil) {
        self.email = email
        self.name = name
        self.role = role
        self.suspended = suspended
        self.password = password
    }
}

/// The users of a workspace, for those who manage them.
package struct UserService: Sendable {
    private let store: any AccessStore
    private let hasher: PasswordHasher
    private let ids: UUIDv7Generator
    private let clock: WallClock

    package init(store: any AccessStore, hasher: PasswordHasher, ids: UUIDv7Generator, clock: WallClock = .system) {
        self.store = store
        self.hasher = hasher
        self.ids = ids
        self.clock = clock
    }

    // MARK: Reading

    /// The workspace's users, the oldest first.
    /// - Throws: `AccessError.forbidden`.
    package func list(_ page: PageRequest, by asker: Asker) async throws -> Page<User> {
        let after = try page.id()
        return try await store.read { access in
            let manager = try UserRules.manager(asker, access)
            let found = try access.users(in: manager.workspaceID, after: after, limit: page.limit + 1, offset: page.offset)
            return Page(found, page) { $0.id }
        }
    }

    /// One of them.
    /// - Throws: `AccessError.forbidden`, `.notFound`.
    package func user(_ id: UserID, by asker: Asker) async throws -> User {
        try await store.read { try UserRules.target(id, of: UserRules.manager(asker, $0), $0) }
    }

    /// Whether what a user gave away, such as a link, still holds: not once they are suspended or gone.
    package func isInForce(_ id: UserID) async throws -> Bool { try await store.read { try $0.user(id)?.suspended == false } }

    /// Who is meant, one for one; nil for what names no user of the asker's workspace. Whoever has a name, has the user: all who may
    /// share something ask, and get nobody else from it.
    package func named(_ references: [UserReference], by asker: Asker) async throws -> [User?] {
        guard !references.isEmpty else { return [] }
        return try await store.read { access in
            try references.map { reference in
                switch reference {
                case .id(let id): try access.user(id).flatMap { $0.workspaceID == asker.workspaceID ? $0 : nil }
                case .email(let email): try access.user(email: email, in: asker.workspaceID)
                }
            }
        }
    }

    /// Whether a manager may change another's role, suspend and delete them.
    package static func mayManage(_ user: User, by manager: User) -> Bool {
        do {
            try UserRules.checkDeleting(user, by: manager)
            return manager.role.manages
        } catch {
            return false
        }
    }

    /// The roles that a manager may give.
    package static func roles(givenBy manager: User) -> [Role] {
        Role.allCases.filter { role in
            do {
                try UserRules.checkGiving(role, by: manager)
                return true
            } catch {
                return false
            }
        }
    }

    // MARK: Writing

    /// - Throws: `AccessError.forbidden`, `.ownerStays` for a second owner, `.emailTaken`, `.invalid`, `.busy`.
    package func create(_ new: NewUser, by asker: Asker, from address: String?) async throws -> User {
        let email = try EmailAddress.checked(new.email)
        let name = try DisplayName.checked(new.name, mayBeEmpty: true)
        let password = try new.password.map(Password.init(new:))
        // Asked before a password is hashed, and again in the transaction.
        try await store.read { try UserRules.checkGiving(new.role, by: UserRules.manager(asker, $0)) }
        let hash = try await hash(password)
        let (id, now) = (ids.next(), clock.now())
        return try await store.write { access in
            let manager = try UserRules.manager(asker, access)
            try UserRules.checkGiving(new.role, by: manager)
            try UserRules.checkFree(email, for: nil, in: manager.workspaceID, access)
            let user = User(id: id, workspaceID: manager.workspaceID, email: email, name: name, role: new.role, createdAt: now)
            try access.insert(user)
            if let hash { try access.setPasswordHash(hash, of: id) }
            try access.record(
                asker.record(.userCreated, of: .user, id, from: address, details: ["role": .string(new.role.rawValue)]), in: user.workspaceID)
            return user
        }
    }

    /// Changes a user. A new password, and suspension, end their logins and tokens; suspension stops their keys while it lasts.
    /// - Throws: `AccessError.forbidden`, `.notFound`, `.ownRole`, `.ownAccount`, `.ownerStays`, `.emailTaken`, `.invalid`, `.busy`.
    /// - Parameter seen: what the asker takes the user to be; nil where they do not care. `AccessError.changedMeanwhile` where it is not.
    package func update(
        _ id: UserID, _ change: UserChange, inPlaceOf seen: User? = nil, by asker: Asker, from address: String?
    ) async throws -> User {
        let change = try Self.checked(change)
        let password = try change.password.map(Password.init(new:))
        try await store.read { access in
            let manager = try UserRules.manager(asker, access)
            try UserRules.check(change, of: UserRules.target(id, of: manager, access), by: manager)
        }
        let (hash, now) = (try await hash(password), clock.now())
        return try await store.write { access in
            let manager = try UserRules.manager(asker, access)
            let user = try UserRules.target(id, of: manager, access)
            if let seen, seen != user { throw AccessError.changedMeanwhile }
            try UserRules.check(change, of: user, by: manager)
            if let email = change.email { try UserRules.checkFree(email, for: id, in: user.workspaceID, access) }
            let applied = AppliedChange(change, to: user, newPassword: hash != nil, now)
            guard applied.isChange else { return user }
            if let hash { try access.setPasswordHash(hash, of: id) }
            if applied.endsLogins { try access.deleteLogins(of: id, except: nil) }
            try access.update(applied.user)
            for (action, details) in applied.actions {
                try access.record(asker.record(action, of: .user, id, from: address, details: details), in: user.workspaceID)
            }
            return applied.user
        }
    }

    private static func checked(_ change: UserChange) throws(AccessError) -> UserChange {
        if let email = change.email { _ = try EmailAddress.checked(email) }
        if let name = change.name { _ = try DisplayName.checked(name, mayBeEmpty: true) }
        return change
    }

    private func hash(_ password: Password?) async throws -> String? {
        guard let password else { return nil }
        return try await hasher.hash(password)
    }
}
