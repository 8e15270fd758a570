package import Conversation
import JSON
package import TimeOrdered

/// What is asked of a new key.
package struct NewKey: Sendable {
    package let name: String
    /// Nil: all that the asker may hand on.
    package let scopes: Set<Scope>?
    package let expiresAt: Timestamp?

    package init(name: String, scopes: Set<Scope>? = nil, expiresAt: Timestamp? = nil) {
        self.name = name
        self.scopes = scopes
        self.expiresAt = expiresAt
    }
}

/// Makes, lists and revokes keys.
package struct KeyService: Sendable {
    /// Keys in force that a user has at the most.
    package static let limitPerUser = 1_000

    private let store: any AccessStore
    private let ids: UUIDv7Generator
    private let clock: WallClock

    package init(store: any AccessStore, ids: UUIDv7Generator, clock: WallClock = .system) {
        self.store = store
        self.ids = ids
        self.clock = clock
    }

    // MARK: A user's own

    /// A key of the asker's own, which reaches no further and lives no longer than what they came by.
    /// - Throws: `AccessError.narrowKey`, `.invalid`, `.scopesBeyond`, `.tooManyKeys`.
    package func create(_ new: NewKey, by asker: Asker, from address: String?) async throws -> (secret: KeySecret, key: APIKey) {
        let name = try DisplayName.checked(new.name, mayBeEmpty: false)
        let (id, now, secret) = (ids.next(), clock.now(), KeySecret())
        guard asker.reachesAsFarAsUser else { throw AccessError.narrowKey }
        return try await store.write { access in
            guard let user = try access.user(asker.userID) else { throw AccessError.notFound }
            let most = Scope.allowed(for: user.role).intersection(asker.scopes)
            let scopes = new.scopes ?? most
            guard scopes.isSubset(of: most) else {
                throw AccessError.scopesBeyond(scopes.subtracting(most).sorted { $0.rawValue < $1.rawValue })
            }
            try Self.check(new.expiresAt, by: asker, now, access)
            let key = APIKey(
                id: id, userID: user.id, name: name, digest: secret.digest, shown: secret.shown, scopes: scopes, createdAt: now,
                expiresAt: new.expiresAt)
            try Self.insert(key, of: user, now, access)
            try access.record(asker.record(.keyCreated, of: .key, id, from: address, details: Self.details(key)), in: user.workspaceID)
            return (secret, key)
        }
    }

    private static func check(_ expiry: Timestamp?, by asker: Asker, _ now: Timestamp, _ access: any AccessWriting) throws {
        if let expiry, expiry <= now { throw AccessError.invalid(field: "expires_at", reason: "must be a time to come") }
        guard case .key(let own) = asker.credential, let most = try access.key(own)?.expiresAt else { return }
        guard let expiry, expiry <= most else {
            throw AccessError.invalid(field: "expires_at", reason: "must not be after \(most), when the key that asks expires")
        }
    }

    private static func insert(_ key: APIKey, of user: User, _ now: Timestamp, _ access: any AccessWriting) throws {
        // The workspace's log tells that there were others.
        try access.deleteKeys(of: user.id, notInForceAt: now)
        guard try access.keys(of: user.id, after: nil, limit: limitPerUser, offset: 0).count < limitPerUser else {
            throw AccessError.tooManyKeys(limit: limitPerUser)
        }
        if !user.isClaimed {
            var claimed = user
            claimed.isClaimed = true
            claimed.updatedAt = now
            try access.update(claimed)
        }
        try access.insert(key)
    }

    private static func details(_ key: APIKey) -> JSONObject {
        ["user_id": .string(key.userID.description), "scopes": .array(key.scopes.map(\.rawValue).sorted().map { .string($0) })]
    }

    /// The asker's keys that are not revoked, the oldest first.
    /// - Throws: `AccessError.narrowKey`.
    package func list(_ page: PageRequest, by asker: Asker) async throws -> Page<APIKey> {
        guard asker.reachesAsFarAsUser else { throw AccessError.narrowKey }
        let after = try page.id()
        return try await store.read { access in
            let found = try access.keys(of: asker.userID, after: after, limit: page.limit + 1, offset: page.offset)
            return Page(found, page) { $0.id }
        }
    }

    /// Revokes a key of the asker's own. A key may always end itself.
    /// - Throws: `AccessError.notFound` where they have none of this id, `.narrowKey`.
    package func delete(_ id: KeyID, by asker: Asker, from address: String?) async throws {
        let now = clock.now()
        try await store.write { access in
            guard let key = try access.key(id, of: asker.userID), key.revokedAt == nil else { throw AccessError.notFound }
            guard asker.credential == .key(id) || asker.reachesAsFarAsUser else { throw AccessError.narrowKey }
            try access.revoke(id, at: now)
            try access.record(asker.record(.keyDeleted, of: .key, id, from: address), in: asker.workspaceID)
        }
    }

    // MARK: The workspace's, for the socket in the data directory

    /// A new key of the owner, or of the user with this address, who is made as a member where there is none.
    package func create(name: String, email: String?) async throws -> (secret: KeySecret, key: APIKey) {
        let name = try DisplayName.checked(name, mayBeEmpty: false)
        let email = try email.map(EmailAddress.checked)
        let owner = try await store.owner()
        let (id, newUser, now, secret) = (ids.next(), ids.next(), clock.now(), KeySecret())
        return try await store.write { access in
            let asker = Asker(owner, by: .socket)
            let user = try Self.user(email, else: newUser, asker, now, access)
            let key = APIKey(
                id: id, userID: user.id, name: name, digest: secret.digest, shown: secret.shown, scopes: Scope.allowed(for: user.role),
                createdAt: now)
            try Self.insert(key, of: user, now, access)
            try access.record(asker.record(.keyCreated, of: .key, id, from: nil, details: Self.details(key)), in: owner.workspaceID)
            return (secret, key)
        }
    }

    private static func user(
        _ email: String?, else id: UserID, _ asker: Asker, _ now: Timestamp, _ access: any AccessWriting
    ) throws -> User {
        guard let email else {
            guard let owner = try access.user(asker.userID) else { throw AccessError.notFound }
            return owner
        }
        if let known = try access.user(email: email, in: asker.workspaceID) { return known }
        let user = User(id: id, workspaceID: asker.workspaceID, email: email, role: .member, createdAt: now)
        try access.insert(user)
        try access.record(
            asker.record(.userCreated, of: .user, id, from: nil, details: ["role": .string(user.role.rawValue)]), in: user.workspaceID)
        return user
    }

    /// The keys of the owner's workspace that are not revoked.
    package func list() async throws -> [APIKey] {
        let workspace = try await store.owner().workspaceID
        return try await store.read { try $0.keys(in: workspace) }
    }

    package enum Revocation: Sendable, Hashable {
        case revoked
        case notFound
        /// Several keys have this name: one of their ids must be given.
        case ambiguous(Int)
    }

    /// Revokes the key with this id, or the only one with this name.
    package func revoke(_ nameOrID: String) async throws -> Revocation {
        let (owner, now) = (try await store.owner(), clock.now())
        return try await store.write { access in
            let keys = try access.keys(in: owner.workspaceID).filter { $0.id.description == nameOrID || $0.name == nameOrID }
            guard let key = keys.first else { return .notFound }
            guard keys.count == 1 else { return .ambiguous(keys.count) }
            try access.revoke(key.id, at: now)
            try access.record(Asker(owner, by: .socket).record(.keyDeleted, of: .key, key.id, from: nil), in: owner.workspaceID)
            return .revoked
        }
    }
}

extension PageRequest {
    /// The cursor as an id; nil where there is none.
    func id() throws(InvalidCursor) -> UUIDv7? {
        guard let cursor else { return nil }
        guard let id = UUIDv7(cursor) else { throw InvalidCursor() }
        return id
    }
}

extension Page {
    /// - Parameter found: what the page asked for and, where there is more, one beyond it.
    init(_ found: [Item], _ page: PageRequest, id: (Item) -> UUIDv7) {
        let items = Array(found.prefix(page.limit))
        self.init(items: items, next: found.count > page.limit ? items.last.map { id($0).description } : nil)
    }
}
