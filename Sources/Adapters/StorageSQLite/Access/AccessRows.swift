import Access
import Foundation
import GRDB
import TimeOrdered

extension User {
    init(row: Row) {
        self.init(
            id: row["id"], workspaceID: row["workspace"], email: row.string("email"), name: row.string("name"),
            role: Role(rawValue: row["role"]) ?? .viewer, suspended: row["suspended"], isClaimed: row["claimed"],
            tokensValidAfter: row["tokens_valid_after"], createdAt: row["created_at"], updatedAt: row["updated_at"])
    }

    func insert(_ database: Database) throws {
        try database.execute(
            sql: """
                INSERT INTO users (id, workspace, email, email_key, name, role, suspended, claimed, tokens_valid_after, created_at, updated_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                id, workspaceID, email.blob, EmailAddress.key(email).blob, name.blob, role.rawValue, suspended, isClaimed, tokensValidAfter,
                createdAt, updatedAt,
            ])
    }

    /// An address that stays keeps its key, which need not be the one that `EmailAddress` gives (`AccessMigration`).
    func update(_ database: Database) throws {
        try database.execute(
            sql: """
                UPDATE users SET email_key = CASE email WHEN ? THEN email_key ELSE ? END, email = ?, name = ?, role = ?, suspended = ?,
                    claimed = ?, tokens_valid_after = ?, updated_at = ? WHERE id = ? AND NOT leaving
                """,
            arguments: [
                email.blob, EmailAddress.key(email).blob, email.blob, name.blob, role.rawValue, suspended, isClaimed, tokensValidAfter,
                updatedAt, id,
            ])
    }
}

extension APIKey {
    init(row: Row) {
        self.init(
            id: row["id"], userID: row["user"], name: row.string("name"), digest: KeyDigest(bytes: row.bytes("digest")), shown: row["shown"],
            scopes: Set((row["scopes"] as String).split(separator: " ").compactMap { Scope(rawValue: String($0)) }),
            createdAt: row["created_at"], expiresAt: row["expires_at"], lastUsedAt: row["last_used_at"], revokedAt: row["revoked_at"])
    }

    func insert(_ database: Database) throws {
        try database.execute(
            sql: "INSERT INTO api_keys (id, user, name, digest, shown, scopes, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            arguments: [
                id, userID, name.blob, Data(digest.bytes), shown, scopes.map(\.rawValue).sorted().joined(separator: " "), createdAt, expiresAt,
            ])
    }
}

extension Login {
    init(row: Row) {
        self.init(
            id: row["id"], userID: row["user"], digest: KeyDigest(bytes: row.bytes("digest")), createdAt: row["created_at"],
            expiresAt: row["expires_at"])
    }

    func insert(_ database: Database) throws {
        try database.execute(
            sql: "INSERT INTO logins (id, user, digest, created_at, expires_at) VALUES (?, ?, ?, ?, ?)",
            arguments: [id, userID, Data(digest.bytes), createdAt, expiresAt])
    }
}

extension SigningKey {
    init(row: Row) { self.init(id: row["id"], secret: row.bytes("secret"), createdAt: row["created_at"]) }

    func insert(_ database: Database) throws {
        try database.execute(
            sql: "INSERT INTO signing_keys (id, secret, created_at) VALUES (?, ?, ?)", arguments: [id, Data(secret), createdAt])
    }
}

extension WorkspaceLimits {
    init(row: Row) {
        self.init(
            requestsPerMinute: row["requests_per_minute"], concurrentStreams: row["concurrent_streams"], tokensPerDay: row["tokens_per_day"])
    }
}
