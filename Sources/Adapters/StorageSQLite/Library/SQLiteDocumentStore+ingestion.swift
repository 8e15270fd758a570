import Conversation
package import DocumentText
import Foundation
import GRDB
package import Retrieval
import TimeOrdered

extension SQLiteDocumentStore {
    /// How often a document is read again after the process ended meanwhile.
    private static let attempts = 3

    package func newUploadPath() throws -> String { "\(uploads)/\(ids.next())" }

    package func takeQueued() async throws -> QueuedDocument? {
        let (now, uploads) = (clock.now(), uploads)
        return try await file.write { database in
            let row = try Row.fetchOne(
                database,
                sql: """
                    SELECT \(Document.columns) FROM documents JOIN collections ON collections.key = documents.collection
                    WHERE status = 'queued' ORDER BY documents.updated_at, documents.key LIMIT 1
                    """)
            guard let row else { return nil }
            var document = try Document(row: row)
            try database.execute(
                sql: "UPDATE documents SET status = 'processing', attempts = attempts + 1, progress = 0, updated_at = ? WHERE key = ?",
                arguments: [now, document.key])
            document.status = .processing
            document.progress = 0
            document.title = row.optionalString("asked_title") ?? ""
            return QueuedDocument(document: document, path: "\(uploads)/\(row["upload"] as String)")
        }
    }

    package func giveBack(_ queued: QueuedDocument) async throws {
        try await file.write { database in
            guard try Self.isCurrent(queued, database) else { return }
            try database.execute(
                sql: "UPDATE documents SET status = 'queued', attempts = attempts - 1, progress = 0 WHERE key = ? AND status = 'processing'",
                arguments: [queued.document.key])
        }
    }

    package func requeueUnfinished() async throws {
        try await file.write { database in
            // Whatever ends the process each time it is read must not keep it from starting.
            try database.execute(
                sql: """
                    UPDATE documents SET status = 'failed', error_code = 'ingestion_interrupted', error_message = ?,
                        title = CASE WHEN title = x'' THEN coalesce(filename, x'') ELSE title END
                    WHERE status = 'processing' AND attempts >= ?
                    """,
                arguments: ["The server ended each time that it read this document. Upload it again, or in parts.".blob, Self.attempts])
            try database.execute(sql: "UPDATE documents SET status = 'queued', progress = 0 WHERE status = 'processing'")
            for table in ["chunks", "document_texts"] {
                try database.execute(
                    sql: """
                        DELETE FROM \(table) WHERE EXISTS (SELECT 1 FROM documents
                            WHERE documents.key = \(table).document AND \(table).generation IS NOT documents.live_generation)
                        """)
            }
        }
        let known = try await file.read { try String.fetchSet($0, sql: "SELECT upload FROM documents") }
        let files = (try? FileManager.default.contentsOfDirectory(atPath: uploads)) ?? []  // reason: a leftover file harms nobody
        removeUploads(files.filter { !known.contains($0) })
    }

    package func begin(_ queued: QueuedDocument, title: String, text: String, pageCount: Int?, mediaType: String) async throws {
        try await file.write { database in
            guard try Self.isCurrent(queued, database) else { return }
            try Self.discard(queued, database)
            try database.execute(
                sql: """
                    INSERT INTO document_texts (document, generation, title, media_type, page_count, text) VALUES (?, ?, ?, ?, ?, ?)
                    """,
                arguments: [queued.document.key, queued.document.generation, title.blob, mediaType, pageCount, text.blob])
        }
    }

    package func save(_ chunks: [ChunkDraft], of queued: QueuedDocument) async throws {
        let drafts = chunks.map { (id: ids.next(), draft: $0) }
        try await file.write { database in
            guard try Self.isCurrent(queued, database) else { return }
            let statement = try database.cachedStatement(
                sql: """
                    INSERT INTO chunks (id, document, generation, position, text, heading, anchor, page, start, "end", gap)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """)
            for (id, draft) in drafts {
                try statement.execute(arguments: [
                    id, queued.document.key, queued.document.generation, draft.position, draft.text.blob, draft.heading?.blob,
                    draft.anchor?.blob, draft.page, draft.start, draft.end, draft.gap?.blob,
                ])
            }
        }
    }

    package func staged(_ queued: QueuedDocument) async throws -> [IndexableChunk]? {
        try await file.read { database in
            guard try Self.isCurrent(queued, database) else { return nil }
            return try Self.chunks(of: queued.document.key, generation: queued.document.generation, database)
        }
    }

    package func setProgress(_ progress: Double, of queued: QueuedDocument) async throws {
        let now = clock.now()
        try await file.write { database in
            guard try Self.isCurrent(queued, database) else { return }
            try database.execute(
                sql: "UPDATE documents SET progress = ?, updated_at = ? WHERE key = ?", arguments: [progress, now, queued.document.key])
        }
    }

    package func finish(_ queued: QueuedDocument) async throws -> Bool {
        let now = clock.now()
        let (key, generation) = (queued.document.key, queued.document.generation)
        return try await file.write { database in
            guard try Self.isCurrent(queued, database) else { return false }
            try database.execute(
                sql: """
                    UPDATE documents SET status = 'ready', progress = 1, live_generation = generation, error_code = NULL,
                        title = (SELECT title FROM document_texts
                            WHERE document = documents.key AND document_texts.generation = documents.generation),
                        page_count = (SELECT document_texts.page_count FROM document_texts
                            WHERE document = documents.key AND document_texts.generation = documents.generation),
                        chunk_count = (SELECT count(*) FROM chunks WHERE document = documents.key AND chunks.generation = documents.generation),
                        updated_at = ? WHERE key = ?
                    """, arguments: [now, key])
            for table in ["chunks", "document_texts"] {
                try database.execute(sql: "DELETE FROM \(table) WHERE document = ? AND generation <> ?", arguments: [key, generation])
            }
            return true
        }
    }

    private static let stillFound = "The version before it is still found."

    @discardableResult
    package func fail(_ queued: QueuedDocument, _ error: DocumentError) async throws -> DocumentError? {
        let now = clock.now()
        return try await file.write { database in
            guard try Self.isCurrent(queued, database) else { return nil }
            try Self.discard(queued, database)
            let isFound = try Bool.fetchOne(
                database, sql: "SELECT live_generation IS NOT NULL FROM documents WHERE key = ?", arguments: [queued.document.key])
            let told = isFound == true ? DocumentError(code: error.code, message: "\(error.message) \(Self.stillFound)") : error
            try database.execute(
                sql: """
                    UPDATE documents SET status = 'failed', error_code = ?, error_message = ?, updated_at = ?,
                        title = CASE WHEN title = x'' THEN coalesce(filename, x'') ELSE title END WHERE key = ?
                    """,
                arguments: [told.code, told.message.blob, now, queued.document.key])
            return told
        }
    }

    package func liveChunks(of documentKeys: [Int64]) async throws -> [IndexableDocument] {
        try await file.read { database in
            let statement = try database.cachedStatement(
                sql: "SELECT key, collection, title, live_generation FROM documents WHERE live_generation IS NOT NULL AND key = ?")
            return try documentKeys.compactMap { key in
                try Row.fetchOne(statement, arguments: [key]).map { try Self.indexable($0, database) }
            }
        }
    }

    package func liveDocuments(after documentKey: Int64, limit: Int) async throws -> [LiveDocument] {
        try await file.read { database in
            // One walk over both tables: at start this is asked of all documents.
            let rows = try Row.fetchCursor(
                database,
                sql: """
                    SELECT live.key, live.collection, chunks.key FROM (
                        SELECT key, collection, live_generation FROM documents WHERE live_generation IS NOT NULL AND key > ? ORDER BY key LIMIT ?
                    ) AS live LEFT JOIN chunks ON chunks.document = live.key AND chunks.generation = live.live_generation
                    ORDER BY live.key, chunks.position
                    """,
                arguments: [documentKey, limit])
            var documents: [LiveDocument] = []
            var open: (key: Int64, partition: Int64, chunks: [Int64])?
            func close() { if let open { documents.append(LiveDocument(key: open.key, partition: open.partition, chunks: open.chunks)) } }
            while let row = try rows.next() {
                let key: Int64 = row[0]
                if open?.key != key {
                    close()
                    open = (key, row[1], [])
                }
                if let chunk: Int64 = row[2] { open?.chunks.append(chunk) }
            }
            close()
            return documents
        }
    }

    /// Whether the document is still there and its upload is still the newest.
    private static func isCurrent(_ queued: QueuedDocument, _ database: Database) throws -> Bool {
        let generation = try Int.fetchOne(database, sql: "SELECT generation FROM documents WHERE key = ?", arguments: [queued.document.key])
        return generation == queued.document.generation
    }

    /// Takes away what an earlier try left.
    private static func discard(_ queued: QueuedDocument, _ database: Database) throws {
        for table in ["chunks", "document_texts"] {
            try database.execute(
                sql: "DELETE FROM \(table) WHERE document = ? AND generation = ?",
                arguments: [queued.document.key, queued.document.generation])
        }
    }

    private static func indexable(_ document: Row, _ database: Database) throws -> IndexableDocument {
        IndexableDocument(
            key: document["key"], partition: document["collection"], title: document.string("title"),
            chunks: try chunks(of: document["key"], generation: document["live_generation"], database))
    }

    private static func chunks(of document: Int64, generation: Int, _ database: Database) throws -> [IndexableChunk] {
        try Row.fetchAll(
            database.cachedStatement(sql: "SELECT key, heading, text FROM chunks WHERE document = ? AND generation = ? ORDER BY position"),
            arguments: [document, generation]
        ).map { IndexableChunk(key: $0["key"], heading: $0.optionalString("heading") ?? "", text: $0.string("text")) }
    }
}
