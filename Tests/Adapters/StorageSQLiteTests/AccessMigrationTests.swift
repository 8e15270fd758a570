import Conversation
import ConversationTesting
import Foundation
import GRDB
import JSON
import Testing
import TimeOrdered

@testable import Access
@testable import StorageSQLite

/// Data directories of the time when there were keys alone.
struct AccessMigrationTests {
    private let temporary = TemporaryFolder()
    private let ids = UUIDv7Generator()
    private let clock = ManualClock()

    private func old(_ change: @escaping @Sendable (Database) throws -> Void) async throws {
        try FileManager.default.createDirectory(atPath: temporary.path, withIntermediateDirectories: true)
        let queue = try DatabaseQueue(path: temporary.path + "/loquat.db")
        try LogMigrations.migrator.migrate(queue, upTo: "1 log")
        try await queue.write(change)
        try queue.close()
    }

    private func upgraded(_ body: (SQLiteLogStore, SQLiteAccessStore) async throws -> Void) async throws {
        let log = try SQLiteLogStore(DataDirectory(path: temporary.path), clock: clock.wallClock)
        try await body(log, SQLiteAccessStore(sharing: log, ids: ids, clock: clock.wallClock))
        try log.close()
    }

    private static func insert(_ user: User, _ database: Database) throws {
        try database.execute(
            sql: "INSERT OR IGNORE INTO workspaces (id, name, created_at) VALUES (?, x'', ?)", arguments: [user.workspaceID, user.createdAt])
        try database.execute(
            sql: "INSERT INTO users (id, workspace, email, role, suspended, created_at) VALUES (?, ?, ?, ?, ?, ?)",
            arguments: [user.id, user.workspaceID, user.email.blob, user.role.rawValue, user.suspended, user.createdAt])
    }

    private static func insert(_ secret: KeySecret, of user: User, id: UUIDv7, _ database: Database) throws {
        try database.execute(
            sql: "INSERT INTO api_keys (id, user, name, digest, scopes, created_at) VALUES (?, ?, ?, ?, ?, ?)",
            arguments: [id, user.id, "k".blob, Data(secret.digest.bytes), "chat documents:read", user.createdAt])
    }

    @Test func usersAndKeysStay() async throws {
        let workspace = ids.next()
        let owner = User(id: ids.next(), workspaceID: workspace, email: "owner@localhost", role: .owner, createdAt: clock.now)
        let ada = User(id: ids.next(), workspaceID: workspace, email: "Ada@example.org", role: .member, suspended: true, createdAt: clock.now)
        let (secret, id) = (KeySecret(), ids.next())
        try await old { database in
            for user in [owner, ada] { try Self.insert(user, database) }
            try Self.insert(secret, of: owner, id: id, database)
        }
        try await upgraded { log, store in
            #expect(try await store.owner() == owner, "an owner with a key is somebody")
            #expect(try await store.read { try $0.user(email: "ada@EXAMPLE.org", in: workspace) } == ada)
            let key = try #require(try await store.read { try $0.key(secret.digest) })
            #expect(key.scopes == [.chat, .documentsRead] && key.shown == "" && key.expiresAt == nil && key.isInForce(clock.now))
            #expect(try await log.verify().problems == [])
        }
    }

    @Test func anOwnerWithoutKeysIsNobodyYet() async throws {
        let owner = User(id: ids.next(), workspaceID: ids.next(), email: "owner@localhost", role: .owner, createdAt: clock.now)
        try await old { try Self.insert(owner, $0) }
        try await upgraded { _, store in
            let owner = try await store.owner()
            #expect(!owner.isClaimed)
        }
    }

    /// They differed by case, which was another address then.
    @Test func addressesThatBecomeOneStayWithTheOlderUser() async throws {
        let workspace = ids.next()
        let users = ["Ada@example.org", "ada@example.org", "ADA@example.org"].map {
            User(id: ids.next(), workspaceID: workspace, email: $0, role: .member, createdAt: clock.now)
        }
        let (secret, id) = (KeySecret(), ids.next())
        try await old { database in
            for user in users { try Self.insert(user, database) }
            try Self.insert(secret, of: users[2], id: id, database)
        }
        try await upgraded { _, store in
            #expect(try await store.read { try $0.user(email: "ada@example.org", in: workspace) } == users[0])
            for user in users { #expect(try await store.read { try $0.user(user.id) } == user) }
            // The others keep what they have, and may be changed and given another.
            var renamed = users[2]
            renamed.name = "Ada III"
            try await store.write { [renamed] in try $0.update(renamed) }
            renamed.email = "ada3@example.org"
            try await store.write { [renamed] in try $0.update(renamed) }
            let found = try await store.read { try $0.user(email: "ADA3@example.org", in: workspace) }
            #expect(found == renamed)
        }
    }

    @Test func logsGoOnWhereTheyWere() async throws {
        let (user, session) = (ids.next(), ids.next())
        try await old { _ in }
        // Written before the upgrade by the store as it is, whose tables of the log have not changed.
        try await upgraded { log, _ in
            let created = SessionCreated(userID: user, workspaceID: user, kind: .chat, title: "T", collectionID: nil, metadata: [:])
            _ = try await log.append(AppendBatch(sessionID: session, drafts: [EventDraft(.sessionCreated(created))]))
        }
        try await upgraded { log, _ in
            _ = try await log.append(AppendBatch(sessionID: session, drafts: [EventDraft(.sessionUpdated(SessionUpdated(title: "U")))]))
            #expect(try await log.session(session, of: user)?.headSeq == 2)
            #expect(try await log.verify().problems == [])
            #expect(try await log.rebuild(repair: false).differing == [])
        }
    }
}
