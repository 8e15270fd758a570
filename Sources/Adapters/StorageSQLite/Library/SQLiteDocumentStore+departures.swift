import Access
import GRDB
import Retrieval
package import TimeOrdered

extension SQLiteDocumentStore {
    /// Collections in one commit.
    private static let slice = 100

    package func handOver(collectionsOf user: UUIDv7, to heir: UUIDv7) async throws {
        let now = clock.now()
        var isDone = false
        while !isDone {
            isDone = try await refusing { [file] in
                try await file.write { database in
                    try database.execute(sql: "INSERT OR IGNORE INTO departed_users (id) VALUES (?)", arguments: [user])
                    try database.execute(sql: "DELETE FROM collection_readers WHERE user = ?", arguments: [user])
                    let rows = try Row.fetchAll(
                        database, sql: "SELECT key, name FROM collections WHERE owner = ? ORDER BY key LIMIT ?", arguments: [user, Self.slice])
                    for row in rows { try Self.handOver(row["key"], named: row.string("name"), to: heir, now, database) }
                    return rows.count < Self.slice
                }
            }
        }
    }

    private static func handOver(_ key: Int64, named name: String, to heir: UUIDv7, _ now: Timestamp, _ database: Database) throws {
        var (free, number) = (name, 1)
        while try isTaken(free, by: heir, database) {
            number += 1
            free = "\(name) (\(number))"
        }
        try database.execute(
            sql: "UPDATE collections SET owner = ?, name = ?, updated_at = ? WHERE key = ?", arguments: [heir, free.blob, now, key])
        try database.execute(sql: "DELETE FROM collection_readers WHERE collection = ? AND user = ?", arguments: [key, heir])
    }

    private static func isTaken(_ name: String, by owner: UUIDv7, _ database: Database) throws -> Bool {
        try Row.fetchOne(database, sql: "SELECT 1 FROM collections WHERE owner = ? AND name = ?", arguments: [owner, name.blob]) != nil
    }

    static func hasDeparted(_ user: UUIDv7, _ database: Database) throws -> Bool {
        try Row.fetchOne(database.cachedStatement(sql: "SELECT 1 FROM departed_users WHERE id = ?"), arguments: [user]) != nil
    }
}
