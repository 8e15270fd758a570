import Foundation
import GRDB
import Retrieval

/// What stands between two chunks, beside the later one, filled from the texts that are there.
enum GapsMigration {
    static func run(_ database: Database) throws {
        try database.execute(sql: "ALTER TABLE chunks ADD COLUMN gap BLOB")
        for row in try Row.fetchAll(database, sql: "SELECT document, generation FROM document_texts") {
            try fill(document: row["document"], generation: row["generation"], database)
        }
    }

    private static func fill(document: Int64, generation: Int, _ database: Database) throws {
        let text = try Data.fetchOne(
            database, sql: "SELECT text FROM document_texts WHERE document = ? AND generation = ?", arguments: [document, generation])
        let chunks = try Row.fetchAll(
            database, sql: "SELECT key, start, \"end\" FROM chunks WHERE document = ? AND generation = ? ORDER BY position",
            arguments: [document, generation])
        let update = try database.cachedStatement(sql: "UPDATE chunks SET gap = ? WHERE key = ?")
        let scalars = String(blob: text ?? Data()).unicodeScalars
        var (index, offset) = (scalars.startIndex, 0)
        for (place, chunk) in chunks.enumerated() {
            let (key, start, end): (Int64, Int, Int) = (chunk["key"], chunk["start"], chunk["end"])
            // A text that is not what its chunks say must not keep the server from starting: they are not joined.
            guard start >= offset, end >= start,
                let first = scalars.index(index, offsetBy: start - offset, limitedBy: scalars.endIndex),
                let last = scalars.index(first, offsetBy: end - start, limitedBy: scalars.endIndex)
            else { return }
            if place > 0, start - offset <= Chunker.longestGap {
                try update.execute(arguments: [String(scalars[index..<first]).blob, key])
            }
            (index, offset) = (last, end)
        }
    }
}
