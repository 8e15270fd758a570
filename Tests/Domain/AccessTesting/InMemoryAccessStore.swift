package import Access
package import Conversation
import Synchronization
package import TimeOrdered

/// Workspaces, users and what proves them, without a disk.
package final class InMemoryAccessStore: AccessStore {
    fileprivate struct State: Sendable {
        var users: [User] = []
        var leaving: Set<UserID> = []
        var hashes: [UserID: String] = [:]
        var keys: [APIKey] = []
        var logins: [Login] = []
        var signingKeys: [SigningKey] = []
        var limits: [WorkspaceID: WorkspaceLimits] = [:]
        var records: [AuditRecord] = []
        var version = 0
    }

    private let ids: UUIDv7Generator
    private let clock: WallClock
    private let state = Mutex(State())

    package init(ids: UUIDv7Generator, clock: WallClock) {
        self.ids = ids
        self.clock = clock
    }

    package var version: Int { state.withLock { $0.version } }

    package func owner() async throws -> User {
        let (workspace, id) = (ids.next(), ids.next())
        return state.withLock { state in
            if let owner = state.users.first(where: { $0.role == .owner }) { return owner }
            let owner = User.unclaimedOwner(id: id, workspace: workspace, now: clock.now())
            state.users.append(owner)
            return owner
        }
    }

    package func read<Value: Sendable>(_ body: @escaping @Sendable (any AccessReading) throws -> Value) async throws -> Value {
        try body(InMemoryAccess(state.withLock { $0 }))
    }

    package func write<Value: Sendable>(_ body: @escaping @Sendable (any AccessWriting) throws -> Value) async throws -> Value {
        try state.withLock { state in
            let access = InMemoryAccess(state)
            let value = try body(access)
            state = access.state
            return value
        }
    }

    package func touch(_ keys: [KeyID: Timestamp]) async throws {
        state.withLock { state in
            for index in state.keys.indices {
                if let time = keys[state.keys[index].id] { state.keys[index].lastUsedAt = time }
            }
        }
    }

    // MARK: What tests look at

    package var everything: String { state.withLock { "\($0)" } }
    package var records: [AuditRecord] { state.withLock { $0.records } }
}

private final class InMemoryAccess: AccessWriting {
    var state: InMemoryAccessStore.State

    init(_ state: InMemoryAccessStore.State) { self.state = state }

    private var present: [User] { state.users.filter { !state.leaving.contains($0.id) } }

    func user(_ id: UserID) -> User? { present.first { $0.id == id } }

    func user(_ id: UserID, in workspace: WorkspaceID) -> User? { present.first { $0.id == id && $0.workspaceID == workspace } }

    func user(email: String, in workspace: WorkspaceID) -> User? {
        present.first { EmailAddress.key($0.email) == EmailAddress.key(email) && $0.workspaceID == workspace }
    }

    func users(in workspace: WorkspaceID, after: UserID?, limit: Int, offset: Int) -> [User] {
        let found = present.filter { user in user.workspaceID == workspace && after.map { $0 < user.id } ?? true }.sorted { $0.id < $1.id }
        return Array(found.dropFirst(offset).prefix(limit))
    }

    func leavingUsers() -> [User] { state.users.filter { state.leaving.contains($0.id) } }
    func passwordHash(of user: UserID) -> String? { state.hashes[user] }
    func key(_ id: KeyID) -> APIKey? { state.keys.first { $0.id == id } }
    func key(_ id: KeyID, of user: UserID) -> APIKey? { state.keys.first { $0.id == id && $0.userID == user } }
    func key(_ digest: KeyDigest) -> APIKey? { state.keys.first { $0.digest == digest } }

    func keys(of user: UserID, after: KeyID?, limit: Int, offset: Int) -> [APIKey] {
        let found = state.keys.filter { key in key.userID == user && key.revokedAt == nil && after.map { $0 < key.id } ?? true }
        return Array(found.sorted { $0.id < $1.id }.dropFirst(offset).prefix(limit))
    }

    func keys(in workspace: WorkspaceID) -> [APIKey] {
        let users = Set(state.users.filter { $0.workspaceID == workspace }.map(\.id))
        return state.keys.filter { users.contains($0.userID) && $0.revokedAt == nil }.sorted { $0.id < $1.id }
    }

    func login(_ digest: KeyDigest) -> Login? { state.logins.first { $0.digest == digest } }
    func logins(of user: UserID) -> [Login] { state.logins.filter { $0.userID == user }.sorted { $0.id < $1.id } }
    func signingKeys() -> [SigningKey] { state.signingKeys.sorted { ($0.createdAt, $0.id) > ($1.createdAt, $1.id) } }
    func limits(of workspace: WorkspaceID) -> WorkspaceLimits { state.limits[workspace] ?? .none }

    private struct Taken: Error {}

    func insert(_ user: User) throws {
        guard self.user(email: user.email, in: user.workspaceID) == nil else { throw Taken() }
        state.users.append(user)
    }

    func update(_ user: User) throws {
        if let other = self.user(email: user.email, in: user.workspaceID), other.id != user.id { throw Taken() }
        guard let index = state.users.firstIndex(where: { $0.id == user.id }) else { return }
        state.users[index] = user
        state.version += 1
    }

    func setPasswordHash(_ hash: String?, of user: UserID) { state.hashes[user] = hash }

    func beginLeaving(_ user: UserID) {
        state.leaving.insert(user)
        state.hashes[user] = nil
        state.logins.removeAll { $0.userID == user }
        state.version += 1
    }

    func remove(_ user: UserID) -> Bool {
        state.users.removeAll { $0.id == user }
        state.keys.removeAll { $0.userID == user }
        state.logins.removeAll { $0.userID == user }
        state.leaving.remove(user)
        state.version += 1
        return true
    }

    func insert(_ key: APIKey) { state.keys.append(key) }

    func revoke(_ key: KeyID, at now: Timestamp) {
        for index in state.keys.indices where state.keys[index].id == key && state.keys[index].revokedAt == nil {
            state.keys[index].revokedAt = now
        }
        state.version += 1
    }

    func deleteKeys(of user: UserID, notInForceAt now: Timestamp) { state.keys.removeAll { $0.userID == user && !$0.isInForce(now) } }

    func insert(_ login: Login) { state.logins.append(login) }

    func deleteLogin(_ id: LoginID) {
        state.logins.removeAll { $0.id == id }
        state.version += 1
    }

    func deleteLogins(of user: UserID, except kept: LoginID?) {
        state.logins.removeAll { $0.userID == user && $0.id != kept }
        state.version += 1
    }

    func deleteLogins(expiredAt now: Timestamp) { state.logins.removeAll { $0.expiresAt <= now } }
    func insert(_ key: SigningKey) { state.signingKeys.append(key) }
    func deleteSigningKey(_ id: UUIDv7) { state.signingKeys.removeAll { $0.id == id } }

    func set(_ limits: WorkspaceLimits, of workspace: WorkspaceID) {
        state.limits[workspace] = limits
        state.version += 1
    }

    func record(_ record: AuditRecord, in workspace: WorkspaceID) { state.records.append(record) }
}
