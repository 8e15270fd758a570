import Access
import Synchronization
import TimeOrdered

/// Workspaces, users and keys without a disk.
final class InMemoryAccessStore: AccessStore {
    private struct State {
        var users: [User] = []
        var keys: [APIKey] = []
    }

    private let ids: UUIDv7Generator
    private let now: Timestamp
    private let state = Mutex(State())

    init(ids: UUIDv7Generator, now: Timestamp = Timestamp(milliseconds: 1_800_000_000_000)) {
        self.ids = ids
        self.now = now
    }

    func owner() async throws -> User {
        let (workspace, id) = (ids.next(), ids.next())
        return state.withLock { state in
            if let owner = state.users.first(where: { $0.role == .owner }) { return owner }
            let owner = User(id: id, workspaceID: workspace, email: "owner@localhost", role: .owner, createdAt: now)
            state.users.append(owner)
            return owner
        }
    }

    func user(email: String, in workspace: WorkspaceID) async throws -> User? {
        state.withLock { $0.users.first { $0.email == email && $0.workspaceID == workspace } }
    }

    func user(_ id: UserID) async throws -> User? { state.withLock { $0.users.first { $0.id == id } } }

    func insert(_ user: User) async throws { state.withLock { $0.users.append(user) } }

    func insert(_ key: APIKey) async throws { state.withLock { $0.keys.append(key) } }

    func keys(in workspace: WorkspaceID) async throws -> [APIKey] {
        state.withLock { state in
            let users = Set(state.users.filter { $0.workspaceID == workspace }.map(\.id))
            return state.keys.filter { users.contains($0.userID) && $0.revokedAt == nil }
        }
    }

    func revoke(_ key: KeyID) async throws -> Bool {
        state.withLock { state in
            guard let index = state.keys.firstIndex(where: { $0.id == key && $0.revokedAt == nil }) else { return false }
            state.keys[index].revokedAt = now
            return true
        }
    }

    func asker(for digest: KeyDigest) async throws -> Asker? {
        state.withLock { state in
            guard let key = state.keys.first(where: { $0.digest == digest && $0.revokedAt == nil }),
                let user = state.users.first(where: { $0.id == key.userID }), !user.suspended
            else { return nil }
            return Asker(
                userID: user.id, workspaceID: user.workspaceID, role: user.role, scopes: key.scopes.intersection(Scope.allowed(for: user.role)))
        }
    }

    // MARK: What tests look at and change

    var everything: String { state.withLock { "\($0.users) \($0.keys)" } }

    func suspend(_ id: UserID) {
        state.withLock { state in for index in state.users.indices where state.users[index].id == id { state.users[index].suspended = true } }
    }
}
