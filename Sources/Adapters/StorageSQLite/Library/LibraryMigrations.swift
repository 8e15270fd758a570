import GRDB

/// The versions of the library's file.
enum LibraryMigrations {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1 library") { try $0.execute(sql: library) }
        migrator.registerMigration("2 departed users") { database in
            try database.execute(sql: "CREATE TABLE departed_users (id BLOB PRIMARY KEY) WITHOUT ROWID")
        }
        migrator.registerMigration("3 gaps between chunks") { try GapsMigration.run($0) }
        return migrator
    }

    private static let library = """
        CREATE TABLE collections (
            key INTEGER PRIMARY KEY AUTOINCREMENT, id BLOB NOT NULL UNIQUE, workspace BLOB NOT NULL, owner BLOB NOT NULL,
            name BLOB NOT NULL, description BLOB NOT NULL, visibility TEXT NOT NULL, created_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL, UNIQUE (owner, name));
        CREATE INDEX collections_of_workspace ON collections (workspace, id);
        CREATE TABLE collection_readers (
            collection INTEGER NOT NULL REFERENCES collections(key) ON DELETE CASCADE, user BLOB NOT NULL,
            PRIMARY KEY (collection, user)) WITHOUT ROWID;
        CREATE TABLE documents (
            key INTEGER PRIMARY KEY AUTOINCREMENT, id BLOB NOT NULL UNIQUE, collection INTEGER NOT NULL REFERENCES collections(key),
            title BLOB NOT NULL, asked_title BLOB, filename BLOB, media_type TEXT NOT NULL, size INTEGER NOT NULL, sha256 BLOB NOT NULL,
            metadata TEXT NOT NULL, status TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, progress REAL NOT NULL DEFAULT 0,
            error_code TEXT, error_message BLOB, chunk_count INTEGER NOT NULL DEFAULT 0, page_count INTEGER, generation INTEGER NOT NULL DEFAULT 1,
            live_generation INTEGER, upload TEXT NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL);
        CREATE INDEX documents_of_collection ON documents (collection, key);
        CREATE INDEX documents_by_content ON documents (collection, sha256);
        CREATE INDEX documents_by_filename ON documents (collection, filename) WHERE filename IS NOT NULL;
        CREATE INDEX documents_queue ON documents (updated_at, key) WHERE status = 'queued';
        CREATE TABLE document_texts (
            document INTEGER NOT NULL REFERENCES documents(key) ON DELETE CASCADE, generation INTEGER NOT NULL, title BLOB NOT NULL,
            media_type TEXT NOT NULL, page_count INTEGER, text BLOB NOT NULL, PRIMARY KEY (document, generation));
        CREATE TABLE chunks (
            key INTEGER PRIMARY KEY AUTOINCREMENT, id BLOB NOT NULL UNIQUE,
            document INTEGER NOT NULL REFERENCES documents(key) ON DELETE CASCADE, generation INTEGER NOT NULL,
            position INTEGER NOT NULL, text BLOB NOT NULL, heading BLOB, anchor BLOB, page INTEGER, start INTEGER NOT NULL,
            "end" INTEGER NOT NULL, UNIQUE (document, generation, position));
        """
}
