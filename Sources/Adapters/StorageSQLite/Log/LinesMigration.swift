import Conversation
import GRDB
import TimeOrdered

/// Turns as a tree, with lines through it, folded from the logs that are there.
enum LinesMigration {
    static func run(_ database: Database) throws {
        try database.execute(sql: columns)
        for id in try UUIDv7.fetchAll(database, sql: "SELECT id FROM sessions ORDER BY id") {
            // reason: a log that is damaged must not keep the server from starting; `verify` names the event, and its rows stay as they are
            guard let folded = try? FoldedSession(of: id, database) else { continue }
            try folded.replaceRows(of: id, database)
        }
    }

    private static let columns = """
        ALTER TABLE sessions ADD COLUMN given_title BLOB;
        ALTER TABLE sessions ADD COLUMN head_turn BLOB;
        ALTER TABLE sessions ADD COLUMN branch BLOB NOT NULL DEFAULT x'6d61696e';
        ALTER TABLE sessions ADD COLUMN branches BLOB;
        ALTER TABLE sessions ADD COLUMN share_digest TEXT;
        ALTER TABLE sessions ADD COLUMN share_turn BLOB;
        ALTER TABLE sessions ADD COLUMN shared_at INTEGER;
        ALTER TABLE sessions ADD COLUMN copied_events INTEGER NOT NULL DEFAULT 0;
        CREATE UNIQUE INDEX sessions_shared ON sessions (share_digest) WHERE share_digest IS NOT NULL;
        CREATE INDEX sessions_running ON sessions (running_turn) WHERE running_turn IS NOT NULL;
        CREATE INDEX sessions_unfinished ON sessions (id) WHERE head_seq < copied_events;
        CREATE INDEX sessions_pinned ON sessions (user, last_message_at DESC, id DESC) WHERE pinned;
        ALTER TABLE turns ADD COLUMN parent BLOB;
        ALTER TABLE turns ADD COLUMN depth INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE turns ADD COLUMN jump BLOB;
        ALTER TABLE turns ADD COLUMN regenerated_from BLOB;
        ALTER TABLE turns ADD COLUMN tip BLOB;
        ALTER TABLE turns ADD COLUMN left_seq INTEGER;
        ALTER TABLE turns ADD COLUMN hidden INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE turns ADD COLUMN title BLOB;
        ALTER TABLE turns ADD COLUMN model BLOB;
        ALTER TABLE turns ADD COLUMN prompt_version TEXT;
        ALTER TABLE turns ADD COLUMN rating TEXT;
        ALTER TABLE turns ADD COLUMN rated_seq INTEGER;
        CREATE INDEX turns_by_parent ON turns (session, parent, position);
        CREATE INDEX turns_left ON turns (session, left_seq) WHERE left_seq IS NOT NULL;
        CREATE INDEX turns_rated ON turns (id) WHERE rating IS NOT NULL;
        """
}
