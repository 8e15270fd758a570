/// Where workspaces, users and keys are kept.
package protocol AccessStore: Sendable {
    /// The owner of the first workspace; makes both on an empty store.
    func owner() async throws -> User
    func user(email: String, in workspace: WorkspaceID) async throws -> User?
    func user(_ id: UserID) async throws -> User?
    func insert(_ user: User) async throws
    func insert(_ key: APIKey) async throws
    /// The keys of a workspace that are not revoked.
    func keys(in workspace: WorkspaceID) async throws -> [APIKey]
    /// Revokes a key that is in force; false where there is none.
    func revoke(_ key: KeyID) async throws -> Bool
    /// The user and the scopes behind a key in force, of a user who is not suspended.
    func asker(for digest: KeyDigest) async throws -> Asker?
}
