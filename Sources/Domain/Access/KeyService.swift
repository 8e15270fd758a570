package import TimeOrdered

/// Makes, lists and revokes keys.
package struct KeyService: Sendable {
    private let store: any AccessStore
    private let ids: UUIDv7Generator
    private let clock: WallClock

    package init(store: any AccessStore, ids: UUIDv7Generator, clock: WallClock = .system) {
        self.store = store
        self.ids = ids
        self.clock = clock
    }

    /// A new key of the owner, or of the user with this address, who is made as a member where there is none.
    package func create(name: String, email: String?) async throws -> (secret: KeySecret, key: APIKey) {
        let user = try await user(email)
        let secret = KeySecret()
        let key = APIKey(
            id: ids.next(), userID: user.id, name: name, digest: secret.digest, scopes: Scope.allowed(for: user.role), createdAt: clock.now())
        try await store.insert(key)
        return (secret, key)
    }

    /// The keys in force of the owner's workspace.
    package func list() async throws -> [APIKey] { try await store.keys(in: store.owner().workspaceID) }

    package enum Revocation: Sendable, Hashable {
        case revoked
        case notFound
        /// Several keys have this name: one of their ids must be given.
        case ambiguous(Int)
    }

    /// Revokes the key with this id, or the only one with this name.
    package func revoke(_ nameOrID: String) async throws -> Revocation {
        let keys = try await list().filter { $0.id.description == nameOrID || $0.name == nameOrID }
        guard let key = keys.first else { return .notFound }
        guard keys.count == 1 else { return .ambiguous(keys.count) }
        return try await store.revoke(key.id) ? .revoked : .notFound
    }

    private func user(_ email: String?) async throws -> User {
        let owner = try await store.owner()
        guard let email, email != owner.email else { return owner }
        if let known = try await store.user(email: email, in: owner.workspaceID) { return known }
        let user = User(id: ids.next(), workspaceID: owner.workspaceID, email: email, role: .member, createdAt: clock.now())
        try await store.insert(user)
        return user
    }
}
