package import Access
package import Conversation
import Foundation
import GRDB
import JSON
package import Retrieval
import TimeOrdered

extension SQLiteDocumentStore {
    // MARK: Adding

    package func add(_ upload: Upload, by asker: Asker) async throws -> AddedDocument {
        let (id, now) = (ids.next(), clock.now())
        let name = (upload.file.path as NSString).lastPathComponent
        let (added, obsolete) = try await refusing { [file] in
            try await file.write { database -> (AddedDocument, String?) in
                guard let collection = try Self.collection(upload.collectionID, asker, database) else { throw LibraryError.noSuchCollection }
                guard collection.isFilled(by: asker) else { throw LibraryError.mayNotWrite }
                let named = try Self.replaced(upload, collection, database)
                if let repeated = try Self.repeated(upload, collection, database), named == nil || named?.key == repeated.key {
                    if let metadata = upload.metadata.map(Self.text) {
                        try database.execute(
                            sql: "UPDATE documents SET metadata = ?, updated_at = ? WHERE key = ? AND metadata <> ?",
                            arguments: [metadata, now, repeated.key, metadata])
                    }
                    return (AddedDocument(document: try Self.document(repeated.key, database), outcome: .unchanged), name)
                }
                if let replaced = named {
                    let old = try Self.replace(replaced, upload, upload: name, now, database)
                    return (AddedDocument(document: try Self.document(replaced.key, database), outcome: .replaced), old)
                }
                let key = try Self.insert(id, upload, collection, upload: name, now, database)
                return (AddedDocument(document: try Self.document(key, database), outcome: .created), nil)
            }
        }
        if let obsolete { removeUploads([obsolete]) }
        return added
    }

    /// A document with the same content; another title asked for makes it another document.
    private static func repeated(_ upload: Upload, _ collection: Retrieval.Collection, _ database: Database) throws -> Document? {
        let rows = try Row.fetchAll(
            database,
            sql: """
                SELECT \(Document.columns) FROM documents JOIN collections ON collections.key = documents.collection
                WHERE documents.collection = ? AND sha256 = ? AND media_type = ? AND status <> 'failed'
                ORDER BY filename IS NOT ?, documents.key
                """, arguments: [collection.key, Data(upload.file.sha256), upload.mediaType, upload.filename?.blob])
        return try rows.map(Document.init).first { upload.title == nil || upload.title == $0.title }
    }

    /// A document of the same file name: the upload is its new version.
    private static func replaced(_ upload: Upload, _ collection: Retrieval.Collection, _ database: Database) throws -> Document? {
        guard let filename = upload.filename else { return nil }
        return try Row.fetchOne(
            database,
            sql: """
                SELECT \(Document.columns) FROM documents JOIN collections ON collections.key = documents.collection
                WHERE documents.collection = ? AND filename = ? ORDER BY documents.key LIMIT 1
                """, arguments: [collection.key, filename.blob]
        ).map(Document.init)
    }

    /// The old version is found, under its title, until the new one is ready. Metadata stay where the upload names none. Returns the old
    /// upload's name.
    private static func replace(
        _ document: Document, _ upload: Upload, upload name: String, _ now: Timestamp, _ database: Database
    ) throws -> String? {
        let old = try String.fetchOne(database, sql: "SELECT upload FROM documents WHERE key = ?", arguments: [document.key])
        try database.execute(
            sql: """
                UPDATE documents SET asked_title = coalesce(?, asked_title), media_type = ?, size = ?, sha256 = ?, metadata = ?, status = 'queued',
                    attempts = 0, progress = 0, error_code = NULL, error_message = NULL, generation = generation + 1, upload = ?,
                    updated_at = ? WHERE key = ?
                """,
            arguments: [
                upload.title?.blob, upload.mediaType, upload.file.size, Data(upload.file.sha256), text(upload.metadata ?? document.metadata), name,
                now, document.key,
            ])
        return old
    }

    private static func insert(
        _ id: DocumentID, _ upload: Upload, _ collection: Retrieval.Collection, upload name: String, _ now: Timestamp, _ database: Database
    ) throws -> Int64 {
        try database.execute(
            sql: """
                INSERT INTO documents (id, collection, title, asked_title, filename, media_type, size, sha256, metadata, status, upload, created_at,
                    updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'queued', ?, ?, ?)
                """,
            arguments: [
                id, collection.key, (upload.title ?? "").blob, upload.title?.blob, upload.filename?.blob, upload.mediaType, upload.file.size,
                Data(upload.file.sha256), text(upload.metadata ?? [:]), name, now, now,
            ])
        return database.lastInsertedRowID
    }

    private static func text(_ metadata: JSONObject) -> String { JSONValue.object(metadata).text }

    // MARK: Reading

    private static func document(_ key: Int64, _ database: Database) throws -> Document {
        let row = try Row.fetchOne(
            database,
            sql: "SELECT \(Document.columns) FROM documents JOIN collections ON collections.key = documents.collection WHERE documents.key = ?",
            arguments: [key])
        guard let row else { throw DatabaseError(message: "a document that was just written is not there") }
        return try Document(row: row)
    }

    private static func fetch(
        _ database: Database, where condition: String, _ arguments: StatementArguments, _ asker: Asker
    ) throws -> [Document] {
        try Row.fetchAll(
            database.cachedStatement(
                sql: """
                    SELECT \(Document.columns) FROM documents JOIN collections ON collections.key = documents.collection
                    WHERE \(Retrieval.Collection.readable) AND \(condition)
                    """), arguments: [asker.workspaceID, asker.userID, asker.userID] + arguments
        ).map(Document.init)
    }

    package func document(_ id: DocumentID, for asker: Asker) async throws -> Document? {
        try await file.read { try Self.fetch($0, where: "documents.id = ?", [id], asker).first }
    }

    package func documents(in collection: CollectionID?, for asker: Asker, _ page: PageRequest) async throws -> Page<Document> {
        try await file.read { database in
            let after: Int64 = try page.number(from: 0)
            let found = try Self.fetch(
                database, where: "documents.key > ? AND (? IS NULL OR collections.id = ?) ORDER BY documents.key LIMIT ? OFFSET ?",
                [after, collection, collection, page.limit + 1, page.offset], asker)
            let items = Array(found.prefix(page.limit))
            return Page(items: items, next: found.count > page.limit ? items.last.map { "\($0.key)" } : nil)
        }
    }

    package func delete(document id: DocumentID, by asker: Asker) async throws -> Document? {
        let (deleted, path) = try await file.write { database -> (Document?, String?) in
            guard let known = try Self.fetch(database, where: "documents.id = ?", [id], asker).first,
                let collection = try Self.collection(known.collectionID, asker, database)
            else { return (nil, nil) }
            guard collection.isFilled(by: asker) else { throw LibraryError.mayNotWrite }
            let path = try String.fetchOne(database, sql: "SELECT upload FROM documents WHERE key = ?", arguments: [known.key])
            try database.execute(sql: "DELETE FROM documents WHERE key = ?", arguments: [known.key])
            return (known, path)
        }
        if let path { removeUploads([path]) }
        await file.emptyWriteAheadLog()
        return deleted
    }

    package func text(of document: DocumentID, for asker: Asker) async throws -> String? {
        try await file.read { database in
            guard let known = try Self.fetch(database, where: "documents.id = ?", [document], asker).first else { return nil }
            let text = try Data.fetchOne(
                database,
                sql: """
                    SELECT text FROM document_texts JOIN documents ON documents.key = document
                    WHERE document = ? AND document_texts.generation = live_generation
                    """, arguments: [known.key])
            return text.map(String.init(blob:)) ?? ""
        }
    }

    package func chunks(of document: DocumentID, for asker: Asker, _ page: PageRequest) async throws -> Page<Chunk> {
        try await file.read { database in
            guard let known = try Self.fetch(database, where: "documents.id = ?", [document], asker).first else { return Page(items: [], next: nil) }
            let after = try page.number(from: -1)
            let rows = try Row.fetchAll(
                database,
                sql: """
                    SELECT chunks.* FROM chunks JOIN documents ON documents.key = chunks.document
                    WHERE document = ? AND chunks.generation = live_generation AND position > ? ORDER BY position LIMIT ? OFFSET ?
                    """, arguments: [known.key, after, page.limit + 1, page.offset])
            let items = rows.prefix(page.limit).map { Chunk(row: $0, document: known.id) }
            return Page(items: items, next: rows.count > page.limit ? items.last.map { "\($0.position)" } : nil)
        }
    }

    package func documentKeys(in partitions: [Int64], matching filters: MetadataFilters) async throws -> Set<Int64> {
        try await file.read { database in
            let marks = partitions.map(String.init).joined(separator: ", ")
            let condition = filters.condition
            return try Int64.fetchSet(
                database, sql: "SELECT key FROM documents WHERE collection IN (\(marks)) AND \(condition.sql)",
                arguments: condition.arguments)
        }
    }

    /// Of the chunks' rows alone: SQLite would read a part of the document's text by way of the whole, which may be very long.
    package func text(ofNeighbours chunkKeys: [Int64]) async throws -> String? {
        try await file.read { database in
            let statement = try database.cachedStatement(
                sql: """
                    SELECT gap, text FROM chunks JOIN documents ON documents.key = chunks.document
                    WHERE chunks.key = ? AND chunks.generation = live_generation
                    """)
            var text = ""
            for (place, key) in chunkKeys.enumerated() {
                guard let row = try Row.fetchOne(statement, arguments: [key]) else { return nil }
                if place > 0 {
                    guard let gap = row.optionalString("gap") else { return nil }
                    text += gap
                }
                text += row.string("text")
            }
            return text
        }
    }

    package func passages(_ chunkKeys: [Int64]) async throws -> [Int64: Passage] {
        guard !chunkKeys.isEmpty else { return [:] }
        return try await file.read { database in
            var passages: [Int64: Passage] = [:]
            var documents: [Int64: Document] = [:]
            let statement = try database.cachedStatement(
                sql: """
                    SELECT chunks.* FROM chunks JOIN documents ON documents.key = chunks.document
                    WHERE chunks.key = ? AND chunks.generation = live_generation
                    """)
            for key in chunkKeys {
                guard let row = try Row.fetchOne(statement, arguments: [key]) else { continue }
                let documentKey: Int64 = row["document"]
                let document = try documents[documentKey] ?? Self.document(documentKey, database)
                documents[documentKey] = document
                passages[key] = Passage(chunk: Chunk(row: row, document: document.id), document: document)
            }
            return passages
        }
    }
}
