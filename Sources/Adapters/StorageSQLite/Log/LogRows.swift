import Conversation
import Foundation
import GRDB
import JSON
import TimeOrdered

extension LogEvent {
    static let columns = "session, seq, kind, payload, event_group, created_at, hash"

    /// Times that have a date of four digits, in milliseconds: others were never written.
    private static let times: ClosedRange<Int64> = -62_167_219_200_000...253_402_300_799_999

    /// - Throws: `LogError.damaged` for a kind that is not known, or a row that is not as it was written.
    init(row: Row) throws {
        let stored = StoredEvent(row: row)
        guard let session = stored.session, let seq = stored.seq else {
            throw LogError.unavailable(reason: "an event of the log has lost its session or its number")
        }
        guard let kind = stored.kind.flatMap(EventKind.init(rawValue:)) else {
            throw LogError.damaged(session: session, seq: seq, reason: "there is no event of this kind")
        }
        guard let payload = stored.payload, let group = stored.group, let hash = stored.hash, let createdAt = stored.createdAt,
            Self.times.contains(createdAt.milliseconds)
        else { throw LogError.damaged(session: session, seq: seq, reason: "its row cannot be read") }
        self.init(sessionID: session, seq: seq, kind: kind, payload: payload, group: group, createdAt: createdAt, hash: hash)
    }

    func insert(_ database: Database) throws {
        let statement = try database.cachedStatement(
            sql: "INSERT INTO events (session, seq, kind, payload, event_group, created_at, hash) VALUES (?, ?, ?, ?, ?, ?, ?)")
        try statement.execute(arguments: [sessionID, seq, kind.rawValue, Data(payload), group, createdAt, Data(hash.bytes)])
    }
}

extension SessionRow {
    init(row: Row) throws {
        var share: Share?
        if let digest = row["share_digest"] as String?, let turn = row["share_turn"] as UUIDv7? {
            share = Share(digest: digest, turnID: turn, createdAt: row["shared_at"])
        }
        self.init(
            id: row["id"], userID: row["user"], workspaceID: row["workspace"], kind: SessionKind(rawValue: row["kind"]) ?? .chat,
            title: row.string("title"), collectionID: row["collection"],
            metadata: try decodeJSON(JSONObject.self, from: row.bytes("metadata")), createdAt: row["created_at"],
            updatedAt: row["updated_at"], lastMessageAt: row["last_message_at"], givenTitle: row.optionalString("given_title"),
            headTurnID: row["head_turn"], messageCount: row["message_count"], branch: row.string("branch"),
            branches: try (row["branches"] as Data?).map { try decodeJSON([Branch].self, from: Array($0)) } ?? [], share: share,
            archived: row["archived"], pinned: row["pinned"], runningTurnID: row["running_turn"], copiedEvents: row["copied_events"],
            headSeq: row["head_seq"], headHash: EventHash(bytes: row.bytes("head_hash")))
    }

    func save(_ database: Database) throws {
        let statement = try database.cachedStatement(
            sql: """
                INSERT OR REPLACE INTO sessions (id, user, workspace, kind, title, collection, metadata, created_at, updated_at,
                    last_message_at, given_title, head_turn, message_count, branch, branches, share_digest, share_turn, shared_at,
                    archived, pinned, running_turn, copied_events, head_seq, head_hash)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """)
        try statement.execute(arguments: [
            id, userID, workspaceID, kind.rawValue, title.blob, collectionID, Data(JSONValue.object(metadata).bytes), createdAt, updatedAt,
            lastMessageAt, givenTitle?.blob, headTurnID, messageCount, branch.blob, branches.isEmpty ? nil : Data(try encodeJSON(branches)),
            share?.digest, share?.turnID, share?.createdAt, archived, pinned, runningTurnID, copiedEvents, headSeq, Data(headHash.bytes),
        ])
    }
}

extension TurnRow {
    init(row: Row) {
        self.init(
            id: row["id"], sessionID: row["session"], position: row["position"], role: Speaker(rawValue: row["role"]) ?? .user,
            status: TurnStatus(rawValue: row["status"]) ?? .failed, contentSeq: row["content_seq"], sourcesSeq: row["sources_seq"],
            userTurnID: row["user_turn"], parentID: row["parent"], depth: row["depth"], jumpID: row["jump"],
            regeneratedFrom: row["regenerated_from"], tipID: row["tip"], leftSeq: row["left_seq"], isHidden: row["hidden"],
            title: row.optionalString("title"), model: row.optionalString("model"), promptVersion: row["prompt_version"],
            rating: (row["rating"] as String?).flatMap(Rating.init), ratedSeq: row["rated_seq"], createdAt: row["created_at"])
    }

    func save(_ database: Database) throws {
        let statement = try database.cachedStatement(
            sql: """
                INSERT OR REPLACE INTO turns (id, session, position, role, status, content_seq, sources_seq, user_turn, parent, depth, jump,
                    regenerated_from, tip, left_seq, hidden, title, model, prompt_version, rating, rated_seq, created_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """)
        try statement.execute(arguments: [
            id, sessionID, position, role.rawValue, status.rawValue, contentSeq, sourcesSeq, userTurnID, parentID, depth, jumpID,
            regeneratedFrom, tipID, leftSeq, isHidden, title?.blob, model?.blob, promptVersion, rating?.rawValue, ratedSeq, createdAt,
        ])
    }
}

extension IdempotencyClaim {
    init?(row: Row) {
        let outcome: Outcome
        if let session = row["session"] as UUIDv7?, let turn = row["turn"] as UUIDv7? {
            outcome = .turn(session: session, turn: turn)
        } else if let status = row["status"] as Int?, let body = row["body"] as Data? {
            outcome = .response(status: status, body: Array(body))
        } else {
            return nil
        }
        self.init(userID: row["user"], key: row.string("key"), fingerprint: row.bytes("fingerprint"), outcome: outcome)
    }

    /// - Parameter subjects: what the answer speaks of.
    func save(_ database: Database, about subjects: [UUIDv7], now: Timestamp) throws {
        var turn: (session: UUIDv7, turn: UUIDv7)?
        var response: (status: Int, body: Data)?
        switch outcome {
        case .turn(let session, let id): turn = (session, id)
        case .response(let status, let body): response = (status, Data(body))
        }
        try database.execute(
            sql: """
                INSERT OR REPLACE INTO idempotency_claims (user, key, fingerprint, session, turn, status, body, created_at)
                SELECT ?, ?, ?, ?, ?, ?, ?, ? WHERE NOT EXISTS (SELECT 1 FROM departed_users WHERE id = ?)
                """,
            arguments: [userID, key.blob, Data(fingerprint), turn?.session, turn?.turn, response?.status, response?.body, now, userID])
        // Nothing is kept for a user who is gone.
        guard database.changesCount > 0, !subjects.isEmpty else { return }
        let statement = try database.cachedStatement(sql: "INSERT INTO claim_subjects (user, key, subject) VALUES (?, ?, ?)")
        for subject in subjects { try statement.execute(arguments: [userID, key.blob, subject]) }
    }
}
