import Access
import ConversationTesting
import Foundation
import GRDB
import Testing
import TimeOrdered

@testable import StorageSQLite

/// Who is behind a key, on disk and in memory.
struct SQLiteAccessStoreTests {
    private let temporary = TemporaryFolder()
    private let ids = UUIDv7Generator()
    private let clock = ManualClock()
    private let log: SQLiteLogStore
    private let store: SQLiteAccessStore

    init() throws {
        log = try SQLiteLogStore(DataDirectory(path: temporary.path), clock: clock.wallClock)
        store = SQLiteAccessStore(sharing: log, ids: ids, clock: clock.wallClock)
    }

    private func user(_ email: String, _ role: Role = .member, suspended: Bool = false) async throws -> User {
        let workspace = try await store.owner().workspaceID
        let user = User(id: ids.next(), workspaceID: workspace, email: email, role: role, suspended: suspended, createdAt: clock.now)
        try await store.insert(user)
        return user
    }

    private func key(of user: User, _ name: String = "k", scopes: Set<Scope> = Set(Scope.allCases)) async throws -> (secret: KeySecret, key: APIKey) {
        let secret = KeySecret()
        let key = APIKey(id: ids.next(), userID: user.id, name: name, digest: secret.digest, scopes: scopes, createdAt: clock.now)
        try await store.insert(key)
        return (secret, key)
    }

    @Test func thereIsOneOwnerHoweverManyAskAtFirst() async throws {
        let owners = try await withThrowingTaskGroup(of: User.self) { group in
            for _ in 0..<20 { group.addTask { try await store.owner() } }
            return try await group.reduce(into: Set<User>()) { $0.insert($1) }
        }
        let owner = try #require(owners.first)
        #expect(owners.count == 1)
        #expect(owner.role == .owner && !owner.suspended && owner.createdAt == clock.now)
        let counts = try await log.file.read { database in
            try ["users", "workspaces"].map { try Int.fetchOne(database, sql: "SELECT count(*) FROM \($0)") }
        }
        #expect(counts == [1, 1])
        #expect(try await store.user(owner.id) == owner)
    }

    @Test func accountsOutliveTheProcess() async throws {
        let owner = try await store.owner()
        let ada = try await user("ada@example.org\u{0}🍊", .viewer)
        let (secret, key) = try await key(of: ada, "name\u{0}🍊", scopes: [.chat])
        try log.close()
        let again = try SQLiteLogStore(DataDirectory(path: temporary.path))
        let store = SQLiteAccessStore(sharing: again, ids: ids)
        #expect(try await store.owner() == owner)
        #expect(try await store.user(email: ada.email, in: owner.workspaceID) == ada)
        #expect(try await store.keys(in: owner.workspaceID) == [key])
        #expect(
            try await store.asker(for: KeyDigest(of: secret.text))
                == Asker(userID: ada.id, workspaceID: owner.workspaceID, role: .viewer, scopes: [.chat]))
        try again.close()
    }

    @Test func anAddressIsAUsersOwnInItsWorkspace() async throws {
        let ada = try await user("ada@example.org")
        await #expect(throws: (any Error).self) { _ = try await user("ada@example.org") }
        #expect(try await store.user(email: "ada@example.org", in: ada.workspaceID) == ada)
        #expect(try await store.user(email: "Ada@example.org", in: ada.workspaceID) == nil)
        #expect(try await store.user(email: "ada@example.org", in: ids.next()) == nil)
        #expect(try await store.user(ids.next()) == nil)
    }

    @Test func theDigestAloneIsOnDisk() async throws {
        let (secret, key) = try await key(of: store.owner(), "marked-qzvw")
        try log.close()
        #expect(try temporary.holds("marked-qzvw"))
        #expect(try !temporary.holds(secret.text) && !temporary.holds(String(secret.text.dropFirst(3))))
        #expect(key.digest == KeyDigest(of: secret.text))
    }

    @Test func aKeyGivesNoMoreThanItsUserMay() async throws {
        for (role, most) in [(Role.viewer, Scope.allowed(for: .viewer)), (.member, Scope.allowed(for: .member)), (.admin, Set(Scope.allCases))] {
            let user = try await user("\(role)@example.org", role)
            let (all, _) = try await key(of: user)
            #expect(try await store.asker(for: all.digest)?.scopes == most)
            let (few, _) = try await key(of: user, scopes: [.chat, .admin])
            #expect(try await store.asker(for: few.digest)?.scopes == most.intersection([.chat, .admin]))
            let (none, _) = try await key(of: user, scopes: [])
            #expect(try await store.asker(for: none.digest)?.scopes == [])
        }
    }

    @Test func wordsThatAreNoScopeAndRolesThatAreNoneGiveNothing() async throws {
        let (secret, _) = try await key(of: user("ada@example.org", .owner))
        try await log.file.write { try $0.execute(sql: "UPDATE api_keys SET scopes = 'everything chat  ADMIN documents:read admins'") }
        #expect(try await store.asker(for: secret.digest)?.scopes == [.chat, .documentsRead])
        let (other, _) = try await key(of: user("eve@example.org", .admin))
        try await log.file.write { try $0.execute(sql: "UPDATE users SET role = 'emperor' WHERE role = 'admin'") }
        let asker = try #require(try await store.asker(for: other.digest))
        #expect(asker.role == .viewer && asker.scopes == Scope.allowed(for: .viewer))
    }

    @Test func whatIsNoKeyOpensNothing() async throws {
        let (secret, _) = try await key(of: store.owner())
        let digest = secret.digest.bytes
        for guess in ["", "lq_", secret.text + " ", String(secret.text.dropLast()), secret.text.lowercased() + "x", "\u{0}"] {
            #expect(try await store.asker(for: KeyDigest(of: guess)) == nil)
        }
        for bytes in [[], Array(digest.dropLast()), digest + [0], Array(digest.reversed())] {
            #expect(try await store.asker(for: KeyDigest(bytes: bytes)) == nil)
        }
        #expect(try await store.asker(for: secret.digest) != nil)
    }

    @Test func aRevokedKeyStopsAtOnceAndForGood() async throws {
        let owner = try await store.owner()
        let (secret, key) = try await key(of: owner)
        let (kept, keptKey) = try await self.key(of: owner)
        for _ in 0..<2 { #expect(try await store.asker(for: secret.digest) != nil) }
        clock.advance()
        #expect(try await store.revoke(key.id))
        #expect(try await store.asker(for: secret.digest) == nil)
        #expect(try await store.asker(for: kept.digest) != nil)
        #expect(try await store.keys(in: owner.workspaceID).map(\.id) == [keptKey.id])
        let revokedAt = clock.now
        clock.advance()
        #expect(try await store.revoke(key.id) == false)
        #expect(try await store.revoke(ids.next()) == false)
        let times = try await log.file.read { try Timestamp.fetchAll($0, sql: "SELECT revoked_at FROM api_keys WHERE revoked_at IS NOT NULL") }
        #expect(times == [revokedAt])
    }

    @Test func aKeyRevokedWhileItIsUsedStopsToo() async throws {
        let owner = try await store.owner()
        for _ in 0..<150 {
            let (secret, key) = try await key(of: owner)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<4 { group.addTask { for _ in 0..<3 { _ = try await store.asker(for: secret.digest) } } }
                group.addTask {
                    let isRevoked = try await store.revoke(key.id)
                    #expect(isRevoked)
                }
                try await group.waitForAll()
            }
            #expect(try await store.asker(for: secret.digest) == nil)
        }
    }

    @Test func aSuspendedUsersKeysOpenNothing() async throws {
        let (suspended, _) = try await key(of: user("sus@example.org", suspended: true))
        let (active, _) = try await key(of: user("ada@example.org"))
        #expect(try await store.asker(for: suspended.digest) == nil)
        #expect(try await store.asker(for: active.digest) != nil)
    }

    @Test func keysAreListedForTheirWorkspaceAlone() async throws {
        let owner = try await store.owner()
        let (foreignWorkspace, now) = (ids.next(), clock.now)
        try await log.file.write { database in
            try database.execute(
                sql: "INSERT INTO workspaces (id, name, created_at) VALUES (?, x'', ?)", arguments: [foreignWorkspace, now])
        }
        let stranger = User(id: ids.next(), workspaceID: foreignWorkspace, email: owner.email, role: .admin, createdAt: now)
        try await store.insert(stranger)
        var own: [KeyID] = []
        for number in 0..<3 { own.append(try await key(of: owner, "\(number)").key.id) }
        let (secret, foreign) = try await key(of: stranger)
        #expect(try await store.keys(in: owner.workspaceID).map(\.id) == own)
        #expect(try await store.keys(in: foreignWorkspace).map(\.id) == [foreign.id])
        #expect(try await store.keys(in: ids.next()).isEmpty)
        #expect(try await store.asker(for: secret.digest)?.workspaceID == foreignWorkspace)
    }
}
