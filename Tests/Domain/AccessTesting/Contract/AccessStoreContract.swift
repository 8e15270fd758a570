package import Access
import Conversation
import Testing
package import TimeOrdered

/// A kind of store to be tried.
package protocol AccessStoreFixture: Sendable {
    /// Opens the store; after `close`, with the data that it had.
    func open(ids: UUIDv7Generator, clock: WallClock) async throws -> any AccessStore
    func close() async throws
}

/// What every access store promises, as checks that know nothing of how a store is built.
package enum AccessStoreContract {
    package struct Check: Sendable, CustomTestStringConvertible {
        let promise: String
        let body: @Sendable (AccessTrial) async throws -> Void

        init(_ promise: String, _ body: @escaping @Sendable (AccessTrial) async throws -> Void) {
            self.promise = promise
            self.body = body
        }

        package var testDescription: String { promise }

        /// - Parameter fixture: one whose data no other check has touched.
        package func run(on fixture: some AccessStoreFixture) async throws {
            let trial = try await AccessTrial(fixture)
            try await body(trial)
            try await fixture.close()
        }
    }

    package static let checks = users + transactions + keys + logins + leaving + limits
}

/// One store while a check tries it.
package final class AccessTrial: Sendable {
    let now = Timestamp(milliseconds: 1_800_000_000_000)
    let ids = UUIDv7Generator()
    let store: any AccessStore
    let owner: User

    init(_ fixture: any AccessStoreFixture) async throws {
        store = try await fixture.open(ids: ids, clock: WallClock { Timestamp(milliseconds: 1_800_000_000_000) })
        owner = try await store.owner()
    }

    var workspace: WorkspaceID { owner.workspaceID }

    func user(_ email: String, _ role: Role = .member, in workspace: WorkspaceID? = nil) async throws -> User {
        let user = User(id: ids.next(), workspaceID: workspace ?? self.workspace, email: email, role: role, createdAt: now)
        try await store.write { try $0.insert(user) }
        return user
    }

    func key(of user: User, _ name: String = "k", expiresAt: Timestamp? = nil) async throws -> APIKey {
        let secret = KeySecret()
        let key = APIKey(
            id: ids.next(), userID: user.id, name: name, digest: secret.digest, shown: secret.shown, scopes: [.chat, .documentsRead],
            createdAt: now, expiresAt: expiresAt)
        try await store.write { try $0.insert(key) }
        return key
    }

    func login(of user: User, expiresAt: Timestamp? = nil) async throws -> Login {
        let id = ids.next()
        let login = Login(
            id: id, userID: user.id, digest: KeyDigest(of: "\(id)"), createdAt: now, expiresAt: expiresAt ?? now.advanced(by: 1000))
        try await store.write { try $0.insert(login) }
        return login
    }

    func found(_ id: UserID) async throws -> User? { try await store.read { try $0.user(id) } }
}
