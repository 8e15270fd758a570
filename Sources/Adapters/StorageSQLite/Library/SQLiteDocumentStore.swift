package import Access
package import Conversation
import Foundation
import GRDB
import JSON
package import Retrieval
package import TimeOrdered

/// The library in a SQLite file of its own, so that ingestion and turns do not wait for each other's commits. Uploads lie beside it.
package final class SQLiteDocumentStore: DocumentStore {
    let file: SQLiteFile
    let ids: UUIDv7Generator
    let clock: WallClock
    let uploads: String

    /// - Throws: what SQLite says where the file cannot be opened.
    package init(_ directory: DataDirectory, ids: UUIDv7Generator, clock: WallClock = .system) throws {
        file = try SQLiteFile(path: directory.libraryFile, migrator: LibraryMigrations.migrator)
        self.ids = ids
        self.clock = clock
        uploads = directory.uploads
    }

    package func close() throws { try file.close() }

    // MARK: Collections

    package func createCollection(_ change: CollectionChange, by asker: Asker) async throws -> Retrieval.Collection {
        guard asker.role != .viewer else { throw LibraryError.mayNotWrite }
        let (id, now) = (ids.next(), clock.now())
        return try await refusing { [file] in
            try await file.write { database in
                guard try !Self.hasDeparted(asker.userID, database) else { throw LibraryError.mayNotWrite }
                try database.execute(
                    sql: """
                        INSERT INTO collections (id, workspace, owner, name, description, visibility, created_at, updated_at)
                        VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                        """,
                    arguments: [
                        id, asker.workspaceID, asker.userID, (change.name ?? "").blob, (change.description ?? "").blob,
                        (change.visibility ?? .private).rawValue, now, now,
                    ])
                try Self.setReaders(change.readers ?? [], of: database.lastInsertedRowID, database)
                guard let made = try Self.collection(id, asker, database) else { throw LibraryError.noSuchCollection }
                return made
            }
        }
    }

    package func collection(_ id: CollectionID, for asker: Asker) async throws -> Retrieval.Collection? {
        try await file.read { try Self.collection(id, asker, $0) }
    }

    package func collection(named name: String, for asker: Asker) async throws -> Retrieval.Collection? {
        try await file.read { database in
            try Self.fetch(
                database, where: "collections.name = ? ORDER BY collections.owner = ? DESC, collections.key LIMIT 1",
                [name.blob, asker.userID], asker
            ).first
        }
    }

    package func collections(for asker: Asker, _ page: PageRequest) async throws -> Page<Retrieval.Collection> {
        try await file.read { database in
            let after: Int64 = try page.number(from: 0)
            let found = try Self.fetch(
                database, where: "collections.key > ? ORDER BY collections.key LIMIT ? OFFSET ?", [after, page.limit + 1, page.offset], asker)
            let items = Array(found.prefix(page.limit))
            return Page(items: items, next: found.count > page.limit ? items.last.map { "\($0.key)" } : nil)
        }
    }

    package func update(
        collection id: CollectionID, _ change: CollectionChange, inPlaceOf seen: Retrieval.Collection?, by asker: Asker
    ) async throws -> Retrieval.Collection? {
        let now = clock.now()
        return try await refusing { [file] in
            try await file.write { database in
                guard let known = try Self.collection(id, asker, database) else { return nil }
                guard known.isManaged(by: asker) else { throw LibraryError.mayNotWrite }
                if let seen, seen != known { throw LibraryError.changedMeanwhile }
                try database.execute(
                    sql: "UPDATE collections SET name = ?, description = ?, visibility = ?, updated_at = ? WHERE key = ?",
                    arguments: [
                        (change.name ?? known.name).blob, (change.description ?? known.description).blob,
                        (change.visibility ?? known.visibility).rawValue, now, known.key,
                    ])
                if let readers = change.readers { try Self.setReaders(readers, of: known.key, database) }
                return try Self.collection(id, asker, database)
            }
        }
    }

    package func delete(collection id: CollectionID, by asker: Asker) async throws -> Retrieval.Collection? {
        let (deleted, paths) = try await file.write { database -> (Retrieval.Collection?, [String]) in
            guard let known = try Self.collection(id, asker, database) else { return (nil, []) }
            guard known.isManaged(by: asker) else { throw LibraryError.mayNotWrite }
            let paths = try String.fetchAll(database, sql: "SELECT upload FROM documents WHERE collection = ?", arguments: [known.key])
            try database.execute(sql: "DELETE FROM documents WHERE collection = ?", arguments: [known.key])
            try database.execute(sql: "DELETE FROM collections WHERE key = ?", arguments: [known.key])
            return (known, paths)
        }
        removeUploads(paths)
        await file.emptyWriteAheadLog()
        return deleted
    }

    package func partitions(for asker: Asker, collection: CollectionID?) async throws -> [Int64] {
        try await file.read { database in
            try Int64.fetchAll(
                database.cachedStatement(
                    sql: "SELECT key FROM collections WHERE (? IS NULL OR id = ?) AND \(Retrieval.Collection.readable) ORDER BY key"),
                arguments: [collection, collection, asker.workspaceID, asker.userID, asker.userID])
        }
    }

    // MARK: Rights

    static func collection(_ id: CollectionID, _ asker: Asker, _ database: Database) throws -> Retrieval.Collection? {
        try fetch(database, where: "collections.id = ?", [id], asker).first
    }

    private static func fetch(
        _ database: Database, where condition: String, _ arguments: StatementArguments, _ asker: Asker
    ) throws -> [Retrieval.Collection] {
        let rows = try Row.fetchAll(
            database.cachedStatement(
                sql: """
                    SELECT \(Retrieval.Collection.columns) FROM collections
                    WHERE \(Retrieval.Collection.readable) AND \(condition)
                    """), arguments: [asker.workspaceID, asker.userID, asker.userID] + arguments)
        return try rows.map { row in
            let readers = try UUIDv7.fetchAll(
                database.cachedStatement(sql: "SELECT user FROM collection_readers WHERE collection = ? ORDER BY user"),
                arguments: [row["key"] as Int64])
            return Retrieval.Collection(row: row, readers: readers)
        }
    }

    private static func setReaders(_ readers: [UUIDv7], of key: Int64, _ database: Database) throws {
        try database.execute(sql: "DELETE FROM collection_readers WHERE collection = ?", arguments: [key])
        for reader in Set(readers) {
            try database.execute(sql: "INSERT INTO collection_readers (collection, user) VALUES (?, ?)", arguments: [key, reader])
        }
    }

    // MARK: Failures

    /// What SQLite refuses, in the library's words.
    func refusing<Value>(_ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch let error as DatabaseError where error.extendedResultCode == .SQLITE_CONSTRAINT_UNIQUE {
            throw LibraryError.nameTaken
        } catch let error as DatabaseError where error.resultCode == .SQLITE_FULL {
            throw LibraryError.full
        }
    }

    /// Files that nothing refers to any more; one that cannot be removed now is removed at the next start.
    func removeUploads(_ paths: [String]) {
        for path in paths { unlink("\(uploads)/\(path)") }
    }
}
