import Conversation
import GRDB
import TimeOrdered

/// Usage as a view of the log, filled from the logs that are there, and what a workspace's users are held to.
enum UsageMigration {
    static func run(_ database: Database) throws {
        try database.execute(sql: tables)
        let rows = try Row.fetchCursor(
            database,
            sql: """
                SELECT events.*, sessions.user AS session_user, sessions.workspace AS session_workspace
                FROM events JOIN sessions ON sessions.id = events.session WHERE events.kind = ?
                """, arguments: [EventKind.assistantMessage.rawValue])
        while let row = try rows.next() {
            // reason: an event that is damaged must not keep the server from starting; `verify` names it
            guard let event = try? LogEvent(row: row), let payload = try? event.decodedPayload() else { continue }
            for used in UsageRow.added(by: event, payload, user: row["session_user"]) {
                try StoredUsage.add(used, session: event.sessionID, workspace: row["session_workspace"], database)
            }
        }
    }

    /// One user's day is read by the index alone.
    private static let tables = """
        CREATE TABLE usage (
            session BLOB NOT NULL, workspace BLOB NOT NULL, day INTEGER NOT NULL, user BLOB NOT NULL, model BLOB NOT NULL,
            turns INTEGER NOT NULL, prompt_tokens INTEGER NOT NULL, completion_tokens INTEGER NOT NULL,
            PRIMARY KEY (session, day, user, model)) WITHOUT ROWID;
        CREATE INDEX usage_of_workspace ON usage (workspace, day, user, model, turns, prompt_tokens, completion_tokens);
        ALTER TABLE workspaces ADD COLUMN requests_per_minute INTEGER;
        ALTER TABLE workspaces ADD COLUMN concurrent_streams INTEGER;
        ALTER TABLE workspaces ADD COLUMN tokens_per_day INTEGER;
        """
}
