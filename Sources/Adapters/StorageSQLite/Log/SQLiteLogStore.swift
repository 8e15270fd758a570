package import Conversation
import Foundation
import GRDB
import JSON
import Synchronization
package import TimeOrdered

/// The log in one SQLite file.
package final class SQLiteLogStore: LogStore {
    /// Sessions whose rows the writer remembers, to append without reading.
    private static let rememberedSessions = 4_096

    let file: SQLiteFile
    let clock: WallClock
    /// Rows as they are after the last commit; touched on the writer's thread alone.
    private let remembered = Mutex<[SessionID: SessionProjection]>([:])

    /// - Throws: what SQLite says where the file cannot be opened.
    package init(_ directory: DataDirectory, clock: WallClock = .system) throws {
        file = try SQLiteFile(path: directory.logFile, migrator: LogMigrations.migrator)
        self.clock = clock
    }

    package func close() throws { try file.close() }

    // MARK: Writing

    package func append(_ batch: AppendBatch) async throws -> [LogEvent] {
        let now = clock.now()
        return try await refusing {
            do {
                let plan = try await file.write(committed: { [self] in remember($0, batch.sessionID) }) { [self] database in
                    try append(batch, database, now: now)
                }
                return plan.events
            } catch LogError.changedMeanwhile {
                // Whoever writes may have what they saw from a view that is wrong: the refusal undid its mending, and they look again.
                try await file.write { [self] in _ = try storedProjection(of: batch.sessionID, $0) }
                throw LogError.changedMeanwhile
            }
        }
    }

    /// Appends within a transaction.
    func append(_ batch: AppendBatch, _ database: Database, now: Timestamp) throws -> AppendPlan {
        let plan: AppendPlan
        do { plan = try self.plan(batch, onto: projection(of: batch, database), database, now: now) } catch let error as LogError {
            // A copy that is being written is wrong itself, and its rows are not.
            guard case .damaged = error, try Self.session(batch.sessionID, database)?.isWhole != false else { throw error }
            // The log is the truth: where its turns' rows were lost, they are made anew.
            plan = try self.plan(batch, onto: refolded(batch.sessionID, database), database, now: now)
        }
        for event in plan.events { try event.insert(database) }
        try plan.projection.session?.save(database)
        for turn in plan.turns { try turn.save(database) }
        if let session = plan.projection.session { try StoredUsage.add(plan.usage, of: session, database) }
        if let claim = batch.idempotency { try claim.save(database, about: claim.subjects, now: now) }
        // Another batch of this session may be in the same commit: it must find this one's rows in the file.
        forget(batch.sessionID)
        return plan
    }

    private func plan(
        _ batch: AppendBatch, onto projection: SessionProjection, _ database: Database, now: Timestamp
    ) throws -> AppendPlan {
        try AppendPlan(batch, onto: projection, now: now) { id throws(LogError) in
            do { return try TurnRow.stored(id, database) } catch { throw LogError(error) }
        }
    }

    /// What SQLite refuses, in the log's words.
    func refusing<Value>(_ body: () async throws -> Value) async throws -> Value {
        do { return try await body() } catch { throw LogError(error) }
    }

    func reading<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        try await refusing { try await file.read(body) }
    }

    private func remember(_ plan: AppendPlan, _ session: SessionID) {
        remembered.withLock { remembered in
            if remembered.count >= Self.rememberedSessions { remembered.removeAll(keepingCapacity: true) }
            remembered[session] = plan.projection
        }
    }

    func forget(_ session: SessionID) { _ = remembered.withLock { $0.removeValue(forKey: session) } }

    private func projection(of batch: AppendBatch, _ database: Database) throws -> SessionProjection {
        if let known = remembered.withLock({ $0[batch.sessionID] }) { return known }
        if let stored = try storedProjection(of: batch.sessionID, database) { return stored }
        guard case .sessionCreated(let created) = batch.drafts.first?.payload, try !Self.wasDeleted(batch.sessionID, database),
            try !Self.hasDeparted(created.userID, database)
        else { throw LogError.noSession(batch.sessionID) }
        return SessionProjection()
    }

    /// What the file holds of a session; nil where that is no event.
    ///
    /// The log is the truth: a row that was lost, or that ends with another event than its log, is made anew. Chained to what such a row says,
    /// the next event would be taken for changed, for good.
    private func storedProjection(of session: SessionID, _ database: Database) throws -> SessionProjection? {
        let (row, head) = (try Self.session(session, database), try StoredHead.last(of: session, database))
        if let row, let head, head.isHead(of: row) { return SessionProjection(session: row) }
        if row == nil, head == nil { return nil }
        let folded = try refolded(session, database)
        return folded.session == nil ? nil : folded
    }

    /// Folds a session from its events and puts the rows in the place of those that are there.
    private func refolded(_ session: SessionID, _ database: Database) throws -> SessionProjection {
        let folded = try FoldedSession(of: session, database)
        try folded.replaceRows(of: session, database)
        return SessionProjection(session: folded.session)
    }

    /// Whether there is a log of this session, whatever the views say.
    static func hasBegun(_ id: SessionID, _ database: Database) throws -> Bool {
        try Row.fetchOne(database.cachedStatement(sql: "SELECT 1 FROM events WHERE session = ? LIMIT 1"), arguments: [id]) != nil
    }

    private static func wasDeleted(_ id: SessionID, _ database: Database) throws -> Bool {
        try Row.fetchOne(database.cachedStatement(sql: "SELECT 1 FROM tombstones WHERE session = ?"), arguments: [id]) != nil
    }

    /// Whether this was a user's id who was deleted.
    private static func hasDeparted(_ user: UUIDv7, _ database: Database) throws -> Bool {
        try Row.fetchOne(database.cachedStatement(sql: "SELECT 1 FROM departed_users WHERE id = ?"), arguments: [user]) != nil
    }

    package func save(_ claim: IdempotencyClaim) async throws {
        // Found out here: an answer may be long, and the writer is everybody's.
        let (now, subjects) = (clock.now(), claim.subjects)
        try await refusing { try await file.write { try claim.save($0, about: subjects, now: now) } }
    }

    package func forgetClaims(before: Timestamp) async throws {
        try await refusing {
            try await file.write { try $0.execute(sql: "DELETE FROM idempotency_claims WHERE created_at < ?", arguments: [before]) }
        }
    }

    // MARK: Reading

    static func session(_ id: SessionID, _ database: Database) throws -> SessionRow? {
        try database.cachedStatement(sql: "SELECT * FROM sessions WHERE id = ?").row([id], SessionRow.init)
    }

    /// Of a session: a copy that is being written is not there yet.
    static let isWhole = "head_seq >= copied_events"

    package func session(_ id: SessionID, of user: UUIDv7) async throws -> SessionRow? {
        try await reading { database in
            let sql = "SELECT * FROM sessions WHERE id = ? AND user = ? AND \(Self.isWhole)"
            return try database.cachedStatement(sql: sql).row([id, user], SessionRow.init)
        }
    }

    package func sessions(of user: UUIDv7, _ filter: SessionFilter, _ page: PageRequest) async throws -> Page<SessionRow> {
        let after = page.cursor.flatMap(SessionCursor.init)
        if page.cursor != nil, after == nil { throw InvalidCursor() }
        var conditions = ["user = ?", Self.isWhole]
        var arguments: StatementArguments = [user]
        // Written only where it is asked for, so that the index leads to the page at once.
        if let after {
            conditions.append("(last_message_at, id) < (?, ?)")
            arguments += [after.time, after.id]
        }
        if let archived = filter.archived { conditions.append(archived ? "archived" : "NOT archived") }
        if let pinned = filter.pinned { conditions.append(pinned ? "pinned" : "NOT pinned") }
        let sql = "SELECT * FROM sessions WHERE \(conditions.joined(separator: " AND ")) ORDER BY last_message_at DESC, id DESC LIMIT ? OFFSET ?"
        let all = arguments + [page.limit + 1, page.offset]
        return try await reading { database in
            // One that cannot be read spoils the page that it is on, and none before.
            let rows = try database.cachedStatement(sql: sql).rows(all) { row in Result { try SessionRow(row: row) } }
            let sessions = try rows.prefix(page.limit).map { try $0.get() }
            return Page(items: sessions, next: rows.count > page.limit ? sessions.last.map { SessionCursor($0).text } : nil)
        }
    }

    package func sessions(inCollection collection: UUIDv7) async throws -> [SessionID] {
        let sql = "SELECT id FROM sessions WHERE collection = ? AND \(Self.isWhole) ORDER BY id"
        return try await reading { try UUIDv7.fetchAll($0, sql: sql, arguments: [collection]) }
    }

    package func events(of session: SessionID, after seq: Int, limit: Int) async throws -> [LogEvent] {
        try await reading { database in
            try LogEvent.fetch(
                database, sql: "SELECT \(LogEvent.columns) FROM events WHERE session = ? AND seq > ? ORDER BY seq LIMIT ?",
                arguments: [session, seq, limit])
        }
    }

    package func events(of session: SessionID, seqs: [Int]) async throws -> [LogEvent] {
        guard !seqs.isEmpty else { return [] }
        return try await reading { database in
            let marks = repeatElement("?", count: seqs.count).joined(separator: ", ")
            return try LogEvent.fetch(
                database, sql: "SELECT \(LogEvent.columns) FROM events WHERE session = ? AND seq IN (\(marks)) ORDER BY seq",
                arguments: [session] + StatementArguments(seqs))
        }
    }

    package func idempotencyClaim(of user: UUIDv7, key: String) async throws -> IdempotencyClaim? {
        try await reading { database in
            try Row.fetchOne(
                database, sql: "SELECT * FROM idempotency_claims WHERE user = ? AND key = ?", arguments: [user, key.blob]
            ).flatMap(IdempotencyClaim.init)
        }
    }
}

extension LogEvent {
    static func fetch(_ database: Database, sql: String, arguments: StatementArguments) throws -> [LogEvent] {
        try database.cachedStatement(sql: sql).rows(arguments, LogEvent.init)
    }
}

extension TurnRow {
    static func fetch(_ database: Database, sql: String, arguments: StatementArguments) throws -> [TurnRow] {
        try database.cachedStatement(sql: sql).rows(arguments, TurnRow.init)
    }

    static func stored(_ id: TurnID, _ database: Database) throws -> TurnRow? {
        try fetch(database, sql: "SELECT * FROM turns WHERE id = ?", arguments: [id]).first
    }
}

/// Where a list of sessions goes on: `MILLISECONDS.ID`.
private struct SessionCursor {
    let time: Timestamp
    let id: UUIDv7

    init(_ row: SessionRow) {
        time = row.lastMessageAt
        id = row.id
    }

    init?(_ text: String) {
        let parts = text.split(separator: ".")
        guard parts.count == 2, let milliseconds = Int64(parts[0]), let id = UUIDv7(String(parts[1])) else { return nil }
        time = Timestamp(milliseconds: milliseconds)
        self.id = id
    }

    var text: String { "\(time.milliseconds).\(id)" }
}
