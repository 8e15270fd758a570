import Access
import Conversation
import Foundation
import GRDB
import TimeOrdered

/// One transaction, or one snapshot, on the tables of access.
final class SQLiteAccess: AccessReading {
    let database: Database
    let log: SQLiteLogStore
    let now: Timestamp
    /// Something was taken from somebody: what was remembered of them is out of date.
    var takesAway = false
    /// A user was removed: nothing of them may stay in the files.
    var removes = false
    /// Workspaces whose logs were appended to.
    var recorded: Set<WorkspaceID> = []

    /// - Parameter now: the time that audit records get.
    init(_ database: Database, log: SQLiteLogStore, now: Timestamp) {
        self.database = database
        self.log = log
        self.now = now
    }

    func user(_ id: UserID) throws -> User? { try users("id = ? AND NOT leaving", [id]).first }

    func user(_ id: UserID, in workspace: WorkspaceID) throws -> User? {
        try users("id = ? AND workspace = ? AND NOT leaving", [id, workspace]).first
    }

    func user(email: String, in workspace: WorkspaceID) throws -> User? {
        try users("workspace = ? AND email_key = ? AND NOT leaving", [workspace, EmailAddress.key(email).blob]).first
    }

    func users(in workspace: WorkspaceID, after: UserID?, limit: Int, offset: Int) throws -> [User] {
        try users(
            "workspace = ? AND (? IS NULL OR id > ?) AND NOT leaving ORDER BY id LIMIT ? OFFSET ?", [workspace, after, after, limit, offset])
    }

    func leavingUsers() throws -> [User] { try users("leaving ORDER BY id", []) }

    func owner() throws -> User? { try users("role = 'owner' ORDER BY id LIMIT 1", []).first }

    private func users(_ condition: String, _ arguments: StatementArguments) throws -> [User] {
        try Row.fetchAll(database.cachedStatement(sql: "SELECT * FROM users WHERE \(condition)"), arguments: arguments).map(User.init)
    }

    func passwordHash(of user: UserID) throws -> String? {
        try String.fetchOne(database, sql: "SELECT password FROM users WHERE id = ? AND NOT leaving", arguments: [user])
    }

    func key(_ id: KeyID) throws -> APIKey? { try keys("id = ?", [id]).first }

    func key(_ id: KeyID, of user: UserID) throws -> APIKey? { try keys("id = ? AND user = ?", [id, user]).first }

    func key(_ digest: KeyDigest) throws -> APIKey? { try keys("digest = ?", [Data(digest.bytes)]).first }

    func keys(of user: UserID, after: KeyID?, limit: Int, offset: Int) throws -> [APIKey] {
        try keys(
            "user = ? AND revoked_at IS NULL AND (? IS NULL OR id > ?) ORDER BY id LIMIT ? OFFSET ?", [user, after, after, limit, offset])
    }

    func keys(in workspace: WorkspaceID) throws -> [APIKey] {
        try keys("revoked_at IS NULL AND user IN (SELECT id FROM users WHERE workspace = ?) ORDER BY id", [workspace])
    }

    private func keys(_ condition: String, _ arguments: StatementArguments) throws -> [APIKey] {
        try Row.fetchAll(database.cachedStatement(sql: "SELECT * FROM api_keys WHERE \(condition)"), arguments: arguments).map(APIKey.init)
    }

    func login(_ digest: KeyDigest) throws -> Login? {
        try Row.fetchOne(database.cachedStatement(sql: "SELECT * FROM logins WHERE digest = ?"), arguments: [Data(digest.bytes)])
            .map(Login.init)
    }

    func logins(of user: UserID) throws -> [Login] {
        try Row.fetchAll(database, sql: "SELECT * FROM logins WHERE user = ? ORDER BY id", arguments: [user]).map(Login.init)
    }

    func signingKeys() throws -> [SigningKey] {
        try Row.fetchAll(database, sql: "SELECT * FROM signing_keys ORDER BY created_at DESC, id DESC").map(SigningKey.init)
    }

    func limits(of workspace: WorkspaceID) throws -> WorkspaceLimits {
        let statement = try database.cachedStatement(
            sql: "SELECT requests_per_minute, concurrent_streams, tokens_per_day FROM workspaces WHERE id = ?")
        return try Row.fetchOne(statement, arguments: [workspace]).map(WorkspaceLimits.init) ?? .none
    }
}
