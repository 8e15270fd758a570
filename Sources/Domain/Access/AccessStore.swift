package import Conversation
package import TimeOrdered

/// Where workspaces, users and what proves them are kept.
///
/// What is written is one transaction with the audit records of it: all of it or nothing. The bodies compute on what they read and do
/// nothing else; `write` may run one again where another's failure undid it. Where the store fails, it throws `LogError`, whose log it
/// shares.
package protocol AccessStore: Sendable {
    /// The owner of the first workspace; makes both on an empty store.
    func owner() async throws -> User
    func read<Value: Sendable>(_ body: @escaping @Sendable (any AccessReading) throws -> Value) async throws -> Value
    func write<Value: Sendable>(_ body: @escaping @Sendable (any AccessWriting) throws -> Value) async throws -> Value
    /// Counts the writes that take something from somebody. It has grown before such a `write` returns, so what was read under one
    /// version may be remembered as long as the version stands.
    var version: Int { get }
    /// Notes when keys were used last.
    func touch(_ keys: [KeyID: Timestamp]) async throws
}

/// What can be looked up in one snapshot. Users who are leaving are not found.
package protocol AccessReading {
    func user(_ id: UserID) throws -> User?
    /// Nil for a user of another workspace, by the same look-up as for nobody.
    func user(_ id: UserID, in workspace: WorkspaceID) throws -> User?
    /// By `EmailAddress.key`.
    func user(email: String, in workspace: WorkspaceID) throws -> User?
    /// By id.
    func users(in workspace: WorkspaceID, after: UserID?, limit: Int, offset: Int) throws -> [User]
    /// Users whose deletion was begun and not finished.
    func leavingUsers() throws -> [User]
    func passwordHash(of user: UserID) throws -> String?

    func key(_ id: KeyID) throws -> APIKey?
    /// Nil for a key of another user, by the same look-up as for none.
    func key(_ id: KeyID, of user: UserID) throws -> APIKey?
    func key(_ digest: KeyDigest) throws -> APIKey?
    /// A user's keys that are not revoked, by id.
    func keys(of user: UserID, after: KeyID?, limit: Int, offset: Int) throws -> [APIKey]
    /// A workspace's keys that are not revoked, by id.
    func keys(in workspace: WorkspaceID) throws -> [APIKey]

    func login(_ digest: KeyDigest) throws -> Login?
    /// A user's logins, by id.
    func logins(of user: UserID) throws -> [Login]

    /// The newest first.
    func signingKeys() throws -> [SigningKey]

    /// What a workspace's users are held to.
    func limits(of workspace: WorkspaceID) throws -> WorkspaceLimits
}

package protocol AccessWriting: AccessReading {
    func insert(_ user: User) throws
    func update(_ user: User) throws
    func setPasswordHash(_ hash: String?, of user: UserID) throws
    /// Begins a user's deletion: they are found no more, their address is free, and nothing of theirs opens anything.
    func beginLeaving(_ user: UserID) throws
    /// Ends it: the user goes with their keys, logins and idempotency claims, and no session is begun for their id any more. False, and
    /// nothing done, while there are sessions of theirs.
    func remove(_ user: UserID) throws -> Bool

    func insert(_ key: APIKey) throws
    func revoke(_ key: KeyID, at now: Timestamp) throws
    /// Forgets a user's keys that were revoked or have expired.
    func deleteKeys(of user: UserID, notInForceAt now: Timestamp) throws

    func insert(_ login: Login) throws
    func deleteLogin(_ id: LoginID) throws
    func deleteLogins(of user: UserID, except kept: LoginID?) throws
    func deleteLogins(expiredAt now: Timestamp) throws

    func insert(_ key: SigningKey) throws
    func deleteSigningKey(_ id: UUIDv7) throws

    func set(_ limits: WorkspaceLimits, of workspace: WorkspaceID) throws

    /// Appends to the workspace's log.
    func record(_ record: AuditRecord, in workspace: WorkspaceID) throws
}
