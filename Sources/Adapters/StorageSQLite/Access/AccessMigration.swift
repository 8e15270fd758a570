import Access
import Foundation
import GRDB
import TimeOrdered

/// From keys alone to users who log in.
enum AccessMigration {
    static func run(_ database: Database) throws {
        try database.execute(sql: tables)
        try database.execute(sql: "UPDATE users SET updated_at = created_at")
        // An owner for whom a key was made is somebody already.
        try database.execute(
            sql: """
                UPDATE users SET claimed = 0
                WHERE role = 'owner' AND email = ? AND NOT EXISTS (SELECT 1 FROM api_keys WHERE api_keys.user = users.id)
                """, arguments: [User.unclaimedAddress.blob])
        try setEmailKeys(database)
        try database.execute(sql: "CREATE UNIQUE INDEX users_by_email ON users (workspace, email_key)")
    }

    private static let tables = """
        ALTER TABLE users ADD COLUMN email_key BLOB;
        ALTER TABLE users ADD COLUMN name BLOB NOT NULL DEFAULT x'';
        ALTER TABLE users ADD COLUMN claimed INTEGER NOT NULL DEFAULT 1;
        ALTER TABLE users ADD COLUMN leaving INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE users ADD COLUMN password TEXT;
        ALTER TABLE users ADD COLUMN tokens_valid_after INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE users ADD COLUMN updated_at INTEGER NOT NULL DEFAULT 0;
        CREATE INDEX users_leaving ON users (id) WHERE leaving;
        CREATE TABLE departed_users (id BLOB PRIMARY KEY) WITHOUT ROWID;
        ALTER TABLE api_keys ADD COLUMN shown TEXT NOT NULL DEFAULT '';
        ALTER TABLE api_keys ADD COLUMN expires_at INTEGER;
        ALTER TABLE api_keys ADD COLUMN last_used_at INTEGER;
        CREATE INDEX api_keys_of_user ON api_keys (user, id) WHERE revoked_at IS NULL;
        CREATE TABLE logins (
            id BLOB PRIMARY KEY, user BLOB NOT NULL REFERENCES users(id) ON DELETE CASCADE, digest BLOB NOT NULL UNIQUE,
            created_at INTEGER NOT NULL, expires_at INTEGER NOT NULL) WITHOUT ROWID;
        CREATE INDEX logins_of_user ON logins (user, id);
        CREATE INDEX logins_by_expiry ON logins (expires_at);
        CREATE TABLE signing_keys (id BLOB PRIMARY KEY, secret BLOB NOT NULL, created_at INTEGER NOT NULL) WITHOUT ROWID;
        """

    /// Addresses were told apart by case until now. Where two are one, the older user has it; the younger keeps theirs under a key that
    /// nobody can write, and comes in by their keys until they are given another.
    private static func setEmailKeys(_ database: Database) throws {
        var taken: Set<[UInt8]> = []
        for row in try Row.fetchAll(database, sql: "SELECT id, workspace, email FROM users ORDER BY id") {
            let (id, workspace): (UUIDv7, UUIDv7) = (row["id"], row["workspace"])
            var key = EmailAddress.key(row.string("email"))
            if !taken.insert(workspace.bytes + key.utf8).inserted { key += " \(id)" }
            try database.execute(sql: "UPDATE users SET email_key = ? WHERE id = ?", arguments: [key.blob, id])
        }
    }
}
