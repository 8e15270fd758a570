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

    /// Revokes the key with this id, or every key with this name. Returns how many.
    package func revoke(_ nameOrID: String) async throws -> Int {
        var count = 0
        for key in try await list() where key.id.description == nameOrID || key.name == nameOrID {
            if try await store.revoke(key.id) { count += 1 }
        }
        return count
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
