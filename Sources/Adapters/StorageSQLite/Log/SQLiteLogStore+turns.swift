package import Conversation
import GRDB
package import TimeOrdered

extension SQLiteLogStore {
    package func turns(of session: SessionID, after position: Int, limit: Int) async throws -> [TurnRow] {
        try await reading { database in
            try TurnRow.fetch(
                database, sql: "SELECT * FROM turns WHERE session = ? AND position > ? ORDER BY position LIMIT ?",
                arguments: [session, position, limit])
        }
    }

    package func turn(_ id: TurnID, of session: SessionID) async throws -> TurnRow? {
        try await reading { try Self.turn(id, of: session, $0) }
    }

    package func sessions(after id: SessionID?, limit: Int) async throws -> [SessionRow] {
        try await reading { database in
            try Row.fetchAll(
                database, sql: "SELECT * FROM sessions WHERE (? IS NULL OR id > ?) AND kind <> ? ORDER BY id LIMIT ?",
                arguments: [id, id, SessionKind.workspace.rawValue, limit]
            ).map(SessionRow.init)
        }
    }

    package func knows(sessions: [SessionID], turns: [TurnID]) async throws -> Bool {
        try await reading { database in
            let session = try database.cachedStatement(
                sql: "SELECT 1 FROM sessions WHERE id = ?1 UNION ALL SELECT 1 FROM tombstones WHERE session = ?1")
            for id in sessions where try Row.fetchOne(session, arguments: [id]) != nil { return true }
            for id in turns where try TurnRow.stored(id, database) != nil { return true }
            return false
        }
    }

    static func turn(_ id: TurnID, of session: SessionID, _ database: Database) throws -> TurnRow? {
        try TurnRow.fetch(database, sql: "SELECT * FROM turns WHERE id = ? AND session = ?", arguments: [id, session]).first
    }

    package func openTurns() async throws -> [OpenTurn] {
        try await reading { database in
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

    package func unfinishedCopies() async throws -> [SessionRow] {
        try await reading { try Row.fetchAll($0, sql: "SELECT * FROM sessions WHERE head_seq < copied_events").map(SessionRow.init) }
    }

    package func session(sharedBy digest: String) async throws -> SessionRow? {
        try await reading { database in
            let statement = try database.cachedStatement(sql: "SELECT * FROM sessions WHERE share_digest = ? AND \(Self.isWhole)")
            return try Row.fetchOne(statement, arguments: [digest]).map(SessionRow.init)
        }
    }

    // MARK: Ratings

    package func ratings(in workspace: UUIDv7, of user: UUIDv7?) async throws -> [RatingSum] {
        try await reading { database in
            let rows = try Row.fetchAll(
                database,
                sql: """
                    SELECT turns.model, prompt_version, sum(rating = 'up') AS up, sum(rating = 'down') AS down
                    FROM turns JOIN sessions ON sessions.id = turns.session
                    WHERE rating IS NOT NULL AND rated_seq > copied_events AND workspace = ?
                        AND (? IS NULL OR user = ?)
                    GROUP BY turns.model, prompt_version ORDER BY turns.model, prompt_version
                    """, arguments: [workspace, user, user])
            return rows.map {
                RatingSum(model: $0.optionalString("model"), promptVersion: $0["prompt_version"], up: $0["up"], down: $0["down"])
            }
        }
    }

    package func ratedTurns(in workspace: UUIDv7, of user: UUIDv7?, after turn: TurnID?, limit: Int) async throws -> [TurnRow] {
        try await reading { database in
            try TurnRow.fetch(
                database,
                sql: """
                    SELECT turns.* FROM turns JOIN sessions ON sessions.id = turns.session
                    WHERE rating IS NOT NULL AND rated_seq > copied_events AND (? IS NULL OR turns.id > ?) AND workspace = ?
                        AND (? IS NULL OR user = ?)
                    ORDER BY turns.id LIMIT ?
                    """, arguments: [turn, turn, workspace, user, user, limit])
        }
    }
}
