import Access
import Conversation
import GRDB
import TimeOrdered

extension SQLiteAccess: AccessWriting {
    func insert(_ user: User) throws {
        try database.execute(
            sql: "INSERT OR IGNORE INTO workspaces (id, name, created_at) VALUES (?, ?, ?)",
            arguments: [user.workspaceID, "Workspace".blob, user.createdAt])
        try user.insert(database)
    }

    func update(_ user: User) throws {
        takesAway = true
        try user.update(database)
    }

    func setPasswordHash(_ hash: String?, of user: UserID) throws {
        try database.execute(sql: "UPDATE users SET password = ? WHERE id = ?", arguments: [hash, user])
    }

    func beginLeaving(_ user: UserID) throws {
        takesAway = true
        // The address is free for somebody else, and nothing personal stays while the rest is cleared away.
        let placeholder = user.description.blob
        try database.execute(
            sql: "UPDATE users SET leaving = 1, email = ?, email_key = ?, name = x'', password = NULL WHERE id = ?",
            arguments: [placeholder, placeholder, user])
        try database.execute(sql: "DELETE FROM logins WHERE user = ?", arguments: [user])
    }

    func remove(_ user: UserID) throws -> Bool {
        guard try Row.fetchOne(database, sql: "SELECT 1 FROM sessions WHERE user = ? LIMIT 1", arguments: [user]) == nil else { return false }
        (takesAway, removes) = (true, true)
        try database.execute(sql: "INSERT OR IGNORE INTO departed_users (id) VALUES (?)", arguments: [user])
        try database.execute(sql: "DELETE FROM idempotency_claims WHERE user = ?", arguments: [user])
        // Keys and logins go with it.
        try database.execute(sql: "DELETE FROM users WHERE id = ?", arguments: [user])
        return true
    }

    func insert(_ key: APIKey) throws { try key.insert(database) }

    func revoke(_ key: KeyID, at now: Timestamp) throws {
        takesAway = true
        try database.execute(sql: "UPDATE api_keys SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL", arguments: [now, key])
    }

    func deleteKeys(of user: UserID, notInForceAt now: Timestamp) throws {
        try database.execute(
            sql: "DELETE FROM api_keys WHERE user = ? AND (revoked_at IS NOT NULL OR expires_at <= ?)", arguments: [user, now])
    }

    func insert(_ login: Login) throws { try login.insert(database) }

    func deleteLogin(_ id: LoginID) throws {
        takesAway = true
        try database.execute(sql: "DELETE FROM logins WHERE id = ?", arguments: [id])
    }

    func deleteLogins(of user: UserID, except kept: LoginID?) throws {
        takesAway = true
        try database.execute(sql: "DELETE FROM logins WHERE user = ? AND id IS NOT ?", arguments: [user, kept])
    }

    func deleteLogins(expiredAt now: Timestamp) throws {
        try database.execute(sql: "DELETE FROM logins WHERE expires_at <= ?", arguments: [now])
    }

    func insert(_ key: SigningKey) throws { try key.insert(database) }

    func deleteSigningKey(_ id: UUIDv7) throws { try database.execute(sql: "DELETE FROM signing_keys WHERE id = ?", arguments: [id]) }

    func set(_ limits: WorkspaceLimits, of workspace: WorkspaceID) throws {
        takesAway = true
        try database.execute(
            sql: "UPDATE workspaces SET requests_per_minute = ?, concurrent_streams = ?, tokens_per_day = ? WHERE id = ?",
            arguments: [limits.requestsPerMinute, limits.concurrentStreams, limits.tokensPerDay, workspace])
    }

    func record(_ record: AuditRecord, in workspace: WorkspaceID) throws {
        let isNew = try !SQLiteLogStore.hasBegun(workspace, database)
        _ = try log.append(AuditRecord.batch([record], in: workspace, isNew: isNew), database, now: now)
        recorded.insert(workspace)
    }
}
