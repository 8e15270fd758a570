package import Access
import Foundation
import GRDB
import Synchronization
package import TimeOrdered

/// Workspaces, users and keys, in the log's file. Who is behind a key is remembered: one process has the file, so what it changes
/// here it forgets here.
package final class SQLiteAccessStore: AccessStore {
    private static let rememberedKeys = 10_000
    private static let ownerAddress = "owner@localhost"

    private let file: SQLiteFile
    private let ids: UUIDv7Generator
    private let clock: WallClock
    private let remembered = Mutex(Remembered())

    private struct Remembered {
        var askers: [KeyDigest: Asker] = [:]
        /// Counts the changes: what was read before one is not remembered after it.
        var changes = 0
    }

    package init(sharing log: SQLiteLogStore, ids: UUIDv7Generator, clock: WallClock = .system) {
        file = log.file
        self.ids = ids
        self.clock = clock
    }

    package func owner() async throws -> User {
        let (workspace, user, now) = (ids.next(), ids.next(), clock.now())
        return try await file.write { database in
            let first = "SELECT * FROM users WHERE role = 'owner' ORDER BY id LIMIT 1"
            if let row = try Row.fetchOne(database, sql: first) { return User(row: row) }
            try database.execute(
                sql: "INSERT INTO workspaces (id, name, created_at) VALUES (?, ?, ?)", arguments: [workspace, "Workspace".blob, now])
            let owner = User(id: user, workspaceID: workspace, email: Self.ownerAddress, role: .owner, createdAt: now)
            try owner.insert(database)
            return owner
        }
    }

    package func user(email: String, in workspace: WorkspaceID) async throws -> User? {
        try await file.read { database in
            try Row.fetchOne(database, sql: "SELECT * FROM users WHERE workspace = ? AND email = ?", arguments: [workspace, email.blob])
                .map(User.init)
        }
    }

    package func user(_ id: UserID) async throws -> User? {
        try await file.read { try Row.fetchOne($0, sql: "SELECT * FROM users WHERE id = ?", arguments: [id]).map(User.init) }
    }

    package func insert(_ user: User) async throws { try await file.write { try user.insert($0) } }

    package func insert(_ key: APIKey) async throws {
        try await file.write { database in
            try database.execute(
                sql: "INSERT INTO api_keys (id, user, name, digest, scopes, created_at) VALUES (?, ?, ?, ?, ?, ?)",
                arguments: [
                    key.id, key.userID, key.name.blob, Data(key.digest.bytes), key.scopes.map(\.rawValue).sorted().joined(separator: " "),
                    key.createdAt,
                ])
        }
    }

    package func keys(in workspace: WorkspaceID) async throws -> [APIKey] {
        try await file.read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT api_keys.* FROM api_keys JOIN users ON users.id = api_keys.user
                    WHERE users.workspace = ? AND revoked_at IS NULL ORDER BY api_keys.id
                    """, arguments: [workspace]
            ).map(APIKey.init)
        }
    }

    package func revoke(_ key: KeyID) async throws -> Bool {
        let now = clock.now()
        defer {
            remembered.withLock { remembered in
                remembered.askers.removeAll()
                remembered.changes += 1
            }
        }
        return try await file.write { database in
            try database.execute(sql: "UPDATE api_keys SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL", arguments: [now, key])
            return database.changesCount > 0
        }
    }

    package func asker(for digest: KeyDigest) async throws -> Asker? {
        let (known, changes) = remembered.withLock { ($0.askers[digest], $0.changes) }
        if let known { return known }
        let found = try await file.read { database in
            try Row.fetchOne(
                database,
                sql: """
                    SELECT users.id, users.workspace, users.role, api_keys.scopes FROM api_keys JOIN users ON users.id = api_keys.user
                    WHERE digest = ? AND revoked_at IS NULL AND NOT users.suspended
                    """, arguments: [Data(digest.bytes)]
            ).map(Asker.init)
        }
        guard let found else { return nil }
        remembered.withLock { remembered in
            guard remembered.changes == changes else { return }
            if remembered.askers.count >= Self.rememberedKeys { remembered.askers.removeAll(keepingCapacity: true) }
            remembered.askers[digest] = found
        }
        return found
    }
}

extension User {
    fileprivate init(row: Row) {
        self.init(
            id: row["id"], workspaceID: row["workspace"], email: row.string("email"), role: Role(rawValue: row["role"]) ?? .viewer,
            suspended: row["suspended"], createdAt: row["created_at"])
    }

    fileprivate func insert(_ database: Database) throws {
        try database.execute(
            sql: "INSERT INTO users (id, workspace, email, role, suspended, created_at) VALUES (?, ?, ?, ?, ?, ?)",
            arguments: [id, workspaceID, email.blob, role.rawValue, suspended, createdAt])
    }
}

extension APIKey {
    fileprivate init(row: Row) {
        self.init(
            id: row["id"], userID: row["user"], name: row.string("name"), digest: KeyDigest(bytes: row.bytes("digest")),
            scopes: Scope.parse(row["scopes"]), createdAt: row["created_at"], revokedAt: row["revoked_at"])
    }
}

extension Asker {
    /// A key's scopes are never more than its user's role allows now.
    fileprivate init(row: Row) {
        let role = Role(rawValue: row["role"]) ?? .viewer
        self.init(
            userID: row["id"], workspaceID: row["workspace"], role: role,
            scopes: Scope.parse(row["scopes"]).intersection(Scope.allowed(for: role)))
    }
}

extension Scope {
    fileprivate static func parse(_ text: String) -> Set<Scope> { Set(text.split(separator: " ").compactMap { Scope(rawValue: String($0)) }) }
}
