import AccessTesting
import Conversation
import ConversationTesting
import Foundation
import GRDB
import NIOPosix
import Synchronization
import Testing
import TimeOrdered

@testable import Access
@testable import StorageSQLite

/// A data directory of its own, which goes when the fixture goes.
private final class SQLiteAccessStoreFixture: AccessStoreFixture {
    private let folder = TemporaryFolder()
    private let opened = Mutex<SQLiteLogStore?>(nil)

    func open(ids: UUIDv7Generator, clock: WallClock) async throws -> any AccessStore {
        let log = try SQLiteLogStore(DataDirectory(path: folder.path), clock: clock)
        opened.withLock { $0 = log }
        return SQLiteAccessStore(sharing: log, ids: ids, clock: clock)
    }

    func close() async throws { try opened.withLock { $0 }?.close() }
}

struct SQLiteAccessStoreContractTests {
    @Test(arguments: AccessStoreContract.checks)
    func keeps(_ check: AccessStoreContract.Check) async throws { try await check.run(on: SQLiteAccessStoreFixture()) }
}

/// What only a store on disk can get wrong.
struct SQLiteAccessStoreTests {
    private let temporary = TemporaryFolder()
    private let ids = UUIDv7Generator()
    private let clock = ManualClock()
    private let log: SQLiteLogStore
    private let store: SQLiteAccessStore
    private let keys: KeyService
    private let tokens: TokenService
    private let authenticator: Authenticator

    init() throws {
        log = try SQLiteLogStore(DataDirectory(path: temporary.path), clock: clock.wallClock)
        store = SQLiteAccessStore(sharing: log, ids: ids, clock: clock.wallClock)
        keys = KeyService(store: store, ids: ids, clock: clock.wallClock)
        tokens = TokenService(store: store, ids: ids, clock: clock.wallClock)
        authenticator = Authenticator(store: store, tokens: tokens, keyUse: KeyUse(store: store), clock: clock.wallClock)
    }

    private func user(_ email: String, _ role: Role = .member) async throws -> User {
        let user = User(id: ids.next(), workspaceID: try await store.owner().workspaceID, email: email, role: role, createdAt: clock.now)
        try await store.write { try $0.insert(user) }
        return user
    }

    @Test func accountsOutliveTheProcess() async throws {
        let owner = try await store.owner()
        let ada = try await user("ada@example.org", .viewer)
        let (secret, key) = try await keys.create(NewKey(name: "name 🍊"), by: Asker(ada, by: .socket), from: nil)
        let token = try await tokens.issue(for: ada, id: ids.next(), now: clock.now)
        try log.close()
        let again = try SQLiteLogStore(DataDirectory(path: temporary.path), clock: clock.wallClock)
        let store = SQLiteAccessStore(sharing: again, ids: ids, clock: clock.wallClock)
        let authenticator = Authenticator(
            store: store, tokens: TokenService(store: store, ids: ids, clock: clock.wallClock), keyUse: KeyUse(store: store),
            clock: clock.wallClock)
        #expect(try await store.owner() == owner)
        #expect(try await authenticator.asker(bearer: secret.text) == Asker(ada, by: key))
        #expect(try await authenticator.asker(bearer: token.text) == Asker(ada, by: .token(token.id)))
        try again.close()
    }

    @Test func theDigestAloneIsOnDisk() async throws {
        let (secret, key) = try await keys.create(name: "marked-qzvw", email: nil)
        try log.close()
        #expect(try temporary.holds("marked-qzvw") && temporary.holds(key.shown))
        #expect(try !temporary.holds(secret.text) && !temporary.holds(String(secret.text.dropFirst(8))))
    }

    @Test func wordsThatAreNoScopeAndRolesThatAreNoneGiveNothing() async throws {
        let (secret, _) = try await keys.create(NewKey(name: "k"), by: Asker(user("eve@example.org", .admin), by: .socket), from: nil)
        try await log.file.write { try $0.execute(sql: "UPDATE api_keys SET scopes = 'everything chat  ADMIN documents:read admins'") }
        #expect(try await authenticator.asker(bearer: secret.text)?.scopes == [.chat, .documentsRead])
        let (other, _) = try await keys.create(NewKey(name: "k"), by: Asker(user("eva@example.org", .admin), by: .socket), from: nil)
        try await log.file.write { try $0.execute(sql: "UPDATE users SET role = 'emperor' WHERE role = 'admin'") }
        let asker = try #require(try await authenticator.asker(bearer: other.text))
        #expect(asker.role == .viewer && asker.scopes == Scope.allowed(for: .viewer))
    }

    @Test func aKeyRevokedWhileItIsUsedStopsToo() async throws {
        let owner = Asker(try await store.owner(), by: .socket)
        for _ in 0..<100 {
            let (secret, key) = try await keys.create(name: "k", email: nil)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<4 { group.addTask { for _ in 0..<3 { _ = try await authenticator.asker(bearer: secret.text) } } }
                group.addTask { try await keys.delete(key.id, by: owner, from: nil) }
                try await group.waitForAll()
            }
            #expect(try await authenticator.asker(bearer: secret.text) == nil)
        }
    }

    /// A login that is under way while its user is suspended is refused, or ended by it; never does it live on.
    @Test func whoIsSuspendedWhileTheyLogInIsOut() async throws {
        let hasher = PasswordHasher(threads: .singleton, parameters: .init(memoryKiB: 64, passes: 1, lanes: 1), waitingLimit: 100)
        let users = UserService(store: store, hasher: hasher, ids: ids, clock: clock.wallClock)
        let logins = LoginService(
            store: store, hasher: hasher, throttle: LoginThrottle(clock: clock.wallClock), links: LoginLinks(clock: clock.wallClock), tokens: tokens,
            ids: ids, clock: clock.wallClock)
        let owner = Asker(try await store.owner(), by: .socket)
        let ada = try await users.create(NewUser(email: "a@example.org", password: "correct horse"), by: owner, from: nil)
        for _ in 0..<20 {
            let (opened, issued) = try await withThrowingTaskGroup(of: (LoginSecret?, String?).self) { group in
                group.addTask { (try? await logins.login(email: ada.email, password: "correct horse", from: nil).secret, nil) }
                group.addTask { (nil, try? await logins.token(email: ada.email, password: "correct horse", from: nil).text) }
                group.addTask {
                    _ = try await users.update(ada.id, UserChange(suspended: true), by: owner, from: nil)
                    return (nil, nil)
                }
                return try await group.reduce(into: (nil, nil)) { $0 = ($0.0 ?? $1.0, $0.1 ?? $1.1) }
            }
            _ = try await users.update(ada.id, UserChange(suspended: false), by: owner, from: nil)
            if let opened { #expect(try await authenticator.asker(login: opened) == nil) }
            if let issued { #expect(try await authenticator.asker(bearer: issued) == nil) }
        }
        try log.close()
    }
}
