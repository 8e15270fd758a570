import GRDB

/// The events by which a session may be called something, found without reading the others.
enum TitlesMigration {
    /// Of an event; written in a query as it is here, the index is used.
    static let isTitle = "kind IN ('session.updated', 'title.made')"

    static func run(_ database: Database) throws {
        try database.execute(sql: "CREATE INDEX events_titles ON events (session, seq) WHERE \(isTitle)")
    }
}
