import Conversation
import JSON
package import TimeOrdered

/// Lets people make their own accounts: the first always, who takes the workspace over; others where the settings say so.
package struct Registration: Sendable {
    package enum Policy: String, Sendable, CaseIterable {
        case open, closed
    }

    /// Who may register now.
    package enum Offer: Sendable {
        /// Nobody has come yet: whoever does owns.
        case first
        case open, closed
    }

    private let store: any AccessStore
    private let hasher: PasswordHasher
    private let throttle: LoginThrottle
    private let policy: Policy
    private let ids: UUIDv7Generator
    private let clock: WallClock

    package init(
        store: any AccessStore, hasher: PasswordHasher, throttle: LoginThrottle, policy: Policy, ids: UUIDv7Generator, clock: WallClock = .system
    ) {
        self.store = store
        self.hasher = hasher
        self.throttle = throttle
        self.policy = policy
        self.ids = ids
        self.clock = clock
    }

    package func offer() async throws -> Offer {
        guard try await store.owner().isClaimed else { return .first }
        return policy == .open ? .open : .closed
    }

    /// The owner while nobody has claimed the workspace, a member afterwards.
    /// - Throws: `AccessError.registrationClosed`, `.emailTaken`, `.invalid`, `.throttled`, `.busy`.
    package func register(email: String, password: String, name: String = "", from address: String?) async throws -> User {
        let email = try EmailAddress.checked(email)
        let name = try DisplayName.checked(name, mayBeEmpty: true)
        let password = try Password(new: password)
        let first = try await store.owner()
        guard !first.isClaimed || policy == .open else { throw AccessError.registrationClosed }
        // A registration counts like a failed login: hashing is dear, "taken" tells that somebody is here, and accounts are not to be had
        // by the thousand.
        let attempt = try throttle.begin(account: email, address: address)
        let hash: String
        do { hash = try await hasher.hash(password) } catch {
            throttle.undone(attempt)
            throw error
        }
        let (policy, id, now) = (policy, ids.next(), clock.now())
        let user = try await store.write { access in
            guard let owner = try access.user(first.id) else { throw AccessError.registrationClosed }
            guard !owner.isClaimed || policy == .open else { throw AccessError.registrationClosed }
            try UserRules.checkFree(email, for: owner.isClaimed ? nil : owner.id, in: owner.workspaceID, access)
            var user = User(id: id, workspaceID: owner.workspaceID, email: email, name: name, role: .member, createdAt: now)
            if owner.isClaimed {
                try access.insert(user)
            } else {
                user = owner
                (user.email, user.name, user.isClaimed, user.updatedAt) = (email, name, true, now)
                try access.update(user)
            }
            try access.setPasswordHash(hash, of: user.id)
            let record = AuditRecord(
                actorID: user.id, actorCredential: "password", action: .userRegistered, targetKind: .user, targetID: user.id, address: address,
                details: ["role": .string(user.role.rawValue)])
            try access.record(record, in: user.workspaceID)
            return user
        }
        return user
    }
}
