import Conversation
import GRDB
import TimeOrdered

/// A row of usage as it stands in the file: by session, so that each log folds to its own.
struct StoredUsage: Hashable {
    let workspace: UUIDv7
    let row: UsageRow

    static func add(_ rows: [UsageRow], of session: SessionRow, _ database: Database) throws {
        for row in rows { try add(row, session: session.id, workspace: session.workspaceID, database) }
    }

    static func add(_ row: UsageRow, session: UUIDv7, workspace: UUIDv7, _ database: Database) throws {
        let statement = try database.cachedStatement(
            sql: """
                INSERT INTO usage (session, workspace, day, user, model, turns, prompt_tokens, completion_tokens) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT DO UPDATE SET turns = turns + excluded.turns, prompt_tokens = prompt_tokens + excluded.prompt_tokens,
                    completion_tokens = completion_tokens + excluded.completion_tokens
                """)
        try statement.execute(arguments: [
            session, workspace, row.date.days, row.userID, (row.model ?? "").blob, row.sum.turns, row.sum.promptTokens, row.sum.completionTokens,
        ])
    }

    /// A session's, in the order of lists.
    static func all(of session: UUIDv7, _ database: Database) throws -> [StoredUsage] {
        let statement = try database.cachedStatement(sql: "SELECT * FROM usage WHERE session = ? ORDER BY day DESC, user, model")
        return try Row.fetchAll(statement, arguments: [session]).map { StoredUsage(workspace: $0["workspace"], row: UsageRow(row: $0)) }
    }

    /// Takes a session's rows away and returns them.
    static func remove(of session: UUIDv7, _ database: Database) throws -> [UsageRow] {
        let rows = try all(of: session, database).map(\.row)
        try database.execute(sql: "DELETE FROM usage WHERE session = ?", arguments: [session])
        return rows
    }
}

extension UsageRow {
    /// A name of no bytes is one that is not known.
    init(row: Row) {
        let model = row.string("model")
        self.init(date: CalendarDate(days: row["day"]), userID: row["user"], model: model.isEmpty ? nil : model, sum: UsageSum(row: row))
    }
}

extension UsageSum {
    init(row: Row) {
        self.init(turns: row["turns"], promptTokens: row["prompt_tokens"], completionTokens: row["completion_tokens"])
    }
}
