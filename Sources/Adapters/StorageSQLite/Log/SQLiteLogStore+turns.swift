package import Conversation
import GRDB
package import TimeOrdered

extension SQLiteLogStore {
    /// Versions that are read for one page at the most.
    private static let versionLimit = 10_000

    package func turns(of session: SessionID, after position: Int, limit: Int) async throws -> [TurnRow] {
        try await file.read { database in
            try TurnRow.fetch(
                database, sql: "SELECT * FROM turns WHERE session = ? AND position > ? ORDER BY position LIMIT ?",
                arguments: [session, position, limit])
        }
    }

    package func turn(_ id: TurnID, of session: SessionID) async throws -> TurnRow? {
        try await file.read { try Self.turn(id, of: session, $0) }
    }

    private static func turn(_ id: TurnID, of session: SessionID, _ database: Database) throws -> TurnRow? {
        try TurnRow.fetch(database, sql: "SELECT * FROM turns WHERE id = ? AND session = ?", arguments: [id, session]).first
    }

    package func line(to head: TurnID, of session: SessionID, depths: Range<Int>) async throws -> [TurnRow] {
        try await file.read { database in
            guard let head = try Self.turn(head, of: session, database), !depths.isEmpty, head.depth >= depths.lowerBound else { return [] }
            let walk = LineWalk<any Error> { (id: TurnID) throws(any Error) -> TurnRow in
                guard let row = try TurnRow.stored(id, database) else { throw LogError.unavailable(reason: "a turn of the line is missing") }
                return row
            }
            let last = try walk.ancestor(of: head, at: depths.upperBound - 1)
            return try TurnRow.fetch(
                database,
                sql: """
                    WITH RECURSIVE line (id, steps) AS (
                        SELECT ?, ? UNION ALL
                        SELECT turns.parent, steps - 1 FROM line JOIN turns ON turns.id = line.id WHERE steps > 0 AND turns.parent IS NOT NULL)
                    SELECT turns.* FROM line JOIN turns ON turns.id = line.id ORDER BY turns.depth
                    """, arguments: [last.id, last.depth - max(0, depths.lowerBound)])
        }
    }

    package func versions(of turns: [TurnRow]) async throws -> [TurnRow] {
        guard let session = turns.first?.sessionID else { return [] }
        let parents = Set(turns.compactMap(\.parentID))
        let beginsLine = turns.contains { $0.parentID == nil }
        let pairs = Set(turns.map { Version($0) })
        return try await file.read { database in
            let marks = repeatElement("?", count: parents.count).joined(separator: ", ")
            let rows = try TurnRow.fetch(
                database,
                sql: """
                    SELECT * FROM turns WHERE session = ? AND (parent IN (\(marks)) \(beginsLine ? "OR parent IS NULL" : ""))
                    ORDER BY position LIMIT ?
                    """, arguments: [session] + StatementArguments(parents) + [Self.versionLimit])
            return rows.filter { pairs.contains(Version($0)) }
        }
    }

    private struct Version: Hashable {
        let parent: TurnID?
        let role: TurnRow.Speaker

        init(_ row: TurnRow) {
            parent = row.parentID
            role = row.role
        }
    }

    package func openTurns() async throws -> [OpenTurn] {
        try await file.read { database in
            try TurnRow.fetch(
                database,
                sql: """
                    SELECT * FROM turns WHERE id IN (SELECT id FROM turns WHERE status = 'generating'
                        UNION SELECT running_turn FROM sessions WHERE running_turn IS NOT NULL) ORDER BY id
                    """, arguments: []
            )
            .map { OpenTurn(session: $0.sessionID, turn: $0) }
        }
    }

    package func session(sharedBy digest: String) async throws -> SessionRow? {
        try await file.read { database in
            try Row.fetchOne(database.cachedStatement(sql: "SELECT * FROM sessions WHERE share_digest = ?"), arguments: [digest])
                .map(SessionRow.init)
        }
    }

    // MARK: Ratings

    package func ratings(in workspace: UUIDv7, of user: UUIDv7?) async throws -> [RatingSum] {
        try await file.read { database in
            let rows = try Row.fetchAll(
                database,
                sql: """
                    SELECT turns.model, prompt_version, sum(rating = 'up') AS up, sum(rating = 'down') AS down
                    FROM turns JOIN sessions ON sessions.id = turns.session
                    WHERE rating IS NOT NULL AND workspace = ? AND (? IS NULL OR user = ?)
                    GROUP BY turns.model, prompt_version ORDER BY turns.model, prompt_version
                    """, arguments: [workspace, user, user])
            return rows.map {
                RatingSum(model: $0.optionalString("model"), promptVersion: $0["prompt_version"], up: $0["up"], down: $0["down"])
            }
        }
    }

    package func ratedTurns(in workspace: UUIDv7, of user: UUIDv7?, after turn: TurnID?, limit: Int) async throws -> [TurnRow] {
        try await file.read { database in
            try TurnRow.fetch(
                database,
                sql: """
                    SELECT turns.* FROM turns JOIN sessions ON sessions.id = turns.session
                    WHERE rating IS NOT NULL AND (? IS NULL OR turns.id > ?) AND workspace = ? AND (? IS NULL OR user = ?)
                    ORDER BY turns.id LIMIT ?
                    """, arguments: [turn, turn, workspace, user, user, limit])
        }
    }
}
