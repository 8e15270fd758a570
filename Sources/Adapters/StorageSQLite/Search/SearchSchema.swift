import Foundation
import GRDB
import SearchIndex

/// The tables of the index, which are never migrated: a file of another version is thrown away.
enum SearchSchema {
    /// Raised when the tables change, or what is put into them.
    static let version = 2

    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("search") { database in
            try database.execute(sql: tables)
            try database.execute(
                sql: "INSERT INTO state (id, version, analyzer, key, position) VALUES (1, ?, ?, ?, 0)",
                arguments: [version, Int64(Analyzer.fingerprint), Data(TermDigests.newKey())])
        }
        return migrator
    }

    /// `terms` holds which digests stand in which message or title, and neither text nor order nor counts. Its rowid is the event's position in the
    /// log: the newest come first without sorting.
    ///
    /// What a deleted session leaves behind here are digests under numbers that lead nowhere any more: no word, no name, no time, and
    /// no session. The numbers are never given again. Nobody can read a message off them; who has this file, and so the key, could at most
    /// ask of a word that they think of whether it was in one, which a file that is made anew does not tell either.
    private static let tables = """
        CREATE TABLE state (
            id INTEGER PRIMARY KEY CHECK (id = 1), version INTEGER NOT NULL, analyzer INTEGER NOT NULL, key BLOB NOT NULL,
            position INTEGER NOT NULL, hash BLOB);
        CREATE VIRTUAL TABLE terms USING fts5(digests, content='', columnsize=0, detail=none, tokenize='ascii');
        """
}
