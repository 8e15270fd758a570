import Conversation
import DocumentText
import Foundation
import GRDB
import JSON
import Retrieval
import TimeOrdered

extension Retrieval.Collection {
    /// Which collections an asker may read; takes workspace, owner, user.
    static let readable = """
        (collections.workspace = ? AND (collections.owner = ? OR collections.visibility = 'workspace'
            OR EXISTS (SELECT 1 FROM collection_readers WHERE collection = collections.key AND user = ?)))
        """
    static let columns = """
        collections.*, (SELECT count(*) FROM documents WHERE documents.collection = collections.key) AS document_count
        """

    init(row: Row, readers: [UUIDv7]) {
        self.init(
            id: row["id"], key: row["key"], ownerID: row["owner"], name: row.string("name"), description: row.string("description"),
            visibility: Visibility(rawValue: row["visibility"]) ?? .private, readers: readers, createdAt: row["created_at"],
            updatedAt: row["updated_at"], documentCount: row["document_count"])
    }
}

extension Document {
    static let columns = "documents.*, collections.id AS collection_id"

    init(row: Row) throws {
        let code: String? = row["error_code"]
        self.init(
            id: row["id"], key: row["key"], collectionID: row["collection_id"], collectionKey: row["collection"], title: row.string("title"),
            filename: row.optionalString("filename"), mediaType: row["media_type"], size: row["size"],
            metadata: try decodeJSON(JSONObject.self, from: (row["metadata"] as String).utf8),
            status: Status(rawValue: row["status"]) ?? .failed, progress: row["progress"],
            error: code.map { DocumentError(code: $0, message: row.optionalString("error_message") ?? "") }, chunkCount: row["chunk_count"],
            pageCount: row["page_count"], generation: row["generation"], createdAt: row["created_at"], updatedAt: row["updated_at"])
    }
}

extension Chunk {
    /// - Parameter document: the document's id, which the chunk's row does not hold.
    init(row: Row, document: UUIDv7) {
        self.init(
            id: row["id"], key: row["key"], documentID: document, position: row["position"], text: row.string("text"),
            heading: row.optionalString("heading"), anchor: row.optionalString("anchor"), page: row["page"], start: row["start"],
            end: row["end"])
    }
}

extension MetadataFilters {
    /// A condition on `documents.metadata` for each filter, joined by AND, and its arguments.
    var condition: (sql: String, arguments: StatementArguments) {
        var parts: [String] = []
        var arguments = StatementArguments()
        for (name, values) in conditions.sorted(by: { $0.key < $1.key }) {
            let tests = values.map { value -> String in
                switch value {
                case .string(let text):
                    arguments += [name, text]
                    return "(key = ? AND type = 'text' AND value = ?)"
                case .number(let number):
                    arguments += [name, number.double]
                    return "(key = ? AND type IN ('integer', 'real') AND value = ?)"
                case .bool(let flag):
                    arguments += [name, flag ? "true" : "false"]
                    return "(key = ? AND type = ?)"
                case .null, .array, .object:
                    arguments += [name]
                    return "(key = ? AND type = 'null')"
                }
            }
            let any = tests.isEmpty ? "0" : tests.joined(separator: " OR ")
            parts.append("EXISTS (SELECT 1 FROM json_each(documents.metadata) WHERE \(any))")
        }
        return (parts.isEmpty ? "1" : parts.joined(separator: " AND "), arguments)
    }
}
