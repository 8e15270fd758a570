import GRDB

/// The versions of the log's file. A version that was released is never changed; what comes later is added below.
enum LogMigrations {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1 accounts") { try $0.execute(sql: accounts) }
        migrator.registerMigration("1 log") { try $0.execute(sql: log) }
        migrator.registerMigration("2 access") { try AccessMigration.run($0) }
        migrator.registerMigration("3 usage and limits") { try UsageMigration.run($0) }
        migrator.registerMigration("4 lines") { try LinesMigration.run($0) }
        migrator.registerMigration("5 subjects of claims") { try ClaimSubjectsMigration.run($0) }
        migrator.registerMigration("6 titles") { try TitlesMigration.run($0) }
        return migrator
    }

    private static let accounts = """
        CREATE TABLE workspaces (id BLOB PRIMARY KEY, name BLOB NOT NULL, created_at INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE users (
            id BLOB PRIMARY KEY, workspace BLOB NOT NULL REFERENCES workspaces(id), email BLOB NOT NULL, role TEXT NOT NULL,
            suspended INTEGER NOT NULL DEFAULT 0, created_at INTEGER NOT NULL, UNIQUE (workspace, email)) WITHOUT ROWID;
        CREATE TABLE api_keys (
            id BLOB PRIMARY KEY, user BLOB NOT NULL REFERENCES users(id) ON DELETE CASCADE, name BLOB NOT NULL,
            digest BLOB NOT NULL UNIQUE, scopes TEXT NOT NULL, created_at INTEGER NOT NULL, revoked_at INTEGER) WITHOUT ROWID;
        """

    /// Positions are never given twice (`AUTOINCREMENT`): a checkpoint takes in what stands after the last one's position, also where
    /// the sessions at the end were deleted since.
    private static let log = """
        CREATE TABLE events (
            position INTEGER PRIMARY KEY AUTOINCREMENT, session BLOB NOT NULL, seq INTEGER NOT NULL, kind TEXT NOT NULL,
            payload BLOB NOT NULL, event_group BLOB, created_at INTEGER NOT NULL, hash BLOB NOT NULL, UNIQUE (session, seq));
        CREATE TABLE sessions (
            id BLOB PRIMARY KEY, user BLOB NOT NULL, workspace BLOB NOT NULL, kind TEXT NOT NULL, title BLOB NOT NULL, collection BLOB,
            metadata BLOB NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, last_message_at INTEGER NOT NULL,
            message_count INTEGER NOT NULL, archived INTEGER NOT NULL, pinned INTEGER NOT NULL, running_turn BLOB,
            head_seq INTEGER NOT NULL, head_hash BLOB NOT NULL) WITHOUT ROWID;
        CREATE INDEX sessions_of_user ON sessions (user, last_message_at DESC, id DESC);
        CREATE INDEX sessions_of_collection ON sessions (collection) WHERE collection IS NOT NULL;
        CREATE TABLE turns (
            id BLOB PRIMARY KEY, session BLOB NOT NULL, position INTEGER NOT NULL, role TEXT NOT NULL, status TEXT NOT NULL,
            content_seq INTEGER, sources_seq INTEGER, user_turn BLOB, created_at INTEGER NOT NULL) WITHOUT ROWID;
        CREATE UNIQUE INDEX turns_of_session ON turns (session, position);
        CREATE INDEX turns_open ON turns (session) WHERE status = 'generating';
        CREATE TABLE idempotency_claims (
            user BLOB NOT NULL, key BLOB NOT NULL, fingerprint BLOB NOT NULL, session BLOB, turn BLOB, status INTEGER, body BLOB,
            created_at INTEGER NOT NULL, PRIMARY KEY (user, key)) WITHOUT ROWID;
        CREATE INDEX idempotency_claims_of_session ON idempotency_claims (session) WHERE session IS NOT NULL;
        CREATE INDEX idempotency_claims_by_age ON idempotency_claims (created_at);
        CREATE TABLE checkpoints (
            number INTEGER PRIMARY KEY, created_at INTEGER NOT NULL, last_position INTEGER NOT NULL, heads BLOB NOT NULL, hash BLOB NOT NULL);
        CREATE TABLE tombstones (session BLOB PRIMARY KEY, seq INTEGER NOT NULL, hash BLOB NOT NULL, checkpoint INTEGER) WITHOUT ROWID;
        """
}
