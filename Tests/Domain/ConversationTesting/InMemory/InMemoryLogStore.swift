package import Conversation
import Synchronization
package import TimeOrdered

/// A log store without a disk, which fails where it is told to.
package final class InMemoryLogStore: LogStore {
    let log: InMemoryLog
    private let clock: WallClock
    var now: Timestamp { clock.now() }
    private let plan: Mutex<FaultPlan>

    /// - Parameter log: what an earlier store wrote, to open it again.
    package init(_ log: InMemoryLog = InMemoryLog(), clock: WallClock = .system, faults: [Fault] = []) {
        self.log = log
        self.clock = clock
        plan = Mutex(FaultPlan(faults))
    }

    /// Plans faults, counted from now, in place of those planned before.
    package func plan(_ faults: Fault...) { plan.withLock { $0 = FaultPlan(faults) } }

    // MARK: Writing

    package func append(_ batch: AppendBatch) async throws -> [LogEvent] {
        let now = now
        return try write(.append) { try $0.append(batch, now: now) }
    }

    package func delete(session: SessionID, of user: UUIDv7, recording record: AuditRecord) async throws -> Bool {
        let now = now
        return try write(.delete) { try $0.delete(session, of: user, recording: record, now: now) }
    }

    package func save(_ claim: IdempotencyClaim) async throws {
        let now = now
        try write(.claim) { $0.save(claim, now: now) }
    }

    package func forgetClaims(before: Timestamp) async throws {
        try write(.claim) { state in state.claims = state.claims.filter { $0.value.createdAt >= before } }
    }

    func write<Value: Sendable>(
        _ operation: Fault.Operation, _ body: @Sendable (inout InMemoryLog.State) throws -> Value
    ) throws -> Value {
        let fault = plan.withLock { $0.next(operation) }
        if let fault, fault.moment == .beforeCommit { throw fault.error }
        let value = try log.state.withLock { try body(&$0) }
        if let fault { throw fault.error }
        return value
    }

    func read<Value: Sendable>(_ body: @Sendable (InMemoryLog.State) throws -> Value) throws -> Value {
        if let fault = plan.withLock({ $0.next(.read) }) { throw fault.error }
        return try log.state.withLock { try body($0) }
    }

    // MARK: Sessions

    package func session(_ id: SessionID, of user: UUIDv7) async throws -> SessionRow? {
        try read { $0.sessions[id]?.row.flatMap { $0.userID == user && $0.isWhole ? $0 : nil } }
    }

    package func sessions(of user: UUIDv7, _ filter: SessionFilter, _ page: PageRequest) async throws -> Page<SessionRow> {
        let after = try page.cursor.map(SessionPlace.init)
        return try read { state in
            let rows = state.sessions.values.compactMap(\.row).filter { row in
                row.userID == user && row.isWhole && filter.archived ?? row.archived == row.archived && filter.pinned ?? row.pinned == row.pinned
            }.sorted { SessionPlace($0) > SessionPlace($1) }
            let rest = rows.drop { row in after.map { SessionPlace(row) >= $0 } ?? false }.dropFirst(page.offset)
            let items = Array(rest.prefix(page.limit))
            return Page(items: items, next: rest.count > page.limit ? items.last.map { SessionPlace($0).cursor } : nil)
        }
    }

    package func sessions(inCollection collection: UUIDv7) async throws -> [SessionID] {
        try read { $0.sessions.values.compactMap(\.row).filter { $0.collectionID == collection && $0.isWhole }.map(\.id).sorted() }
    }

    // MARK: Events and turns

    package func events(of session: SessionID, after seq: Int, limit: Int) async throws -> [LogEvent] {
        try read { Array(($0.sessions[session]?.events ?? []).filter { $0.seq > seq }.prefix(limit)) }
    }

    package func events(of session: SessionID, seqs: [Int]) async throws -> [LogEvent] {
        let wanted = Set(seqs)
        return try read { ($0.sessions[session]?.events ?? []).filter { wanted.contains($0.seq) } }
    }

    package func turns(of session: SessionID, after position: Int, limit: Int) async throws -> [TurnRow] {
        try read { Array(($0.sessions[session]?.timeline ?? []).filter { $0.position > position }.prefix(limit)) }
    }

    package func turn(_ id: TurnID, of session: SessionID) async throws -> TurnRow? { try read { $0.sessions[session]?.turns[id] } }

    package func openTurns() async throws -> [OpenTurn] {
        try read { state in
            let open = state.sessions.values.flatMap(\.openTurns).map { OpenTurn(session: $0.sessionID, turn: $0) }
            return open.sorted { $0.turn.id < $1.turn.id }
        }
    }

    package func usage(_ query: UsageQuery, _ page: PageRequest) async throws -> Page<UsageRow> {
        let after = try page.cursor.map { text throws(InvalidCursor) in try UsagePlace(cursor: text) }
        return try read { state in
            let rest = state.usage(query).rows.drop { row in after.map { UsagePlace(row) <= $0 } ?? false }.dropFirst(page.offset)
            let items = Array(rest.prefix(page.limit))
            return Page(items: items, next: rest.count > page.limit ? items.last.map { UsagePlace($0).cursor } : nil)
        }
    }

    package func usageTotal(_ query: UsageQuery) async throws -> UsageSum {
        try read { $0.usage(query).rows.reduce(into: UsageSum()) { $0 += $1.sum } }
    }

    package func idempotencyClaim(of user: UUIDv7, key: String) async throws -> IdempotencyClaim? {
        try read { $0.claims[InMemoryLog.ClaimKey(user: user, key: Array(key.utf8))]?.claim }
    }
}

/// Where a session stands in its user's list.
private struct SessionPlace: Comparable {
    let time: Timestamp
    let id: SessionID

    init(_ row: SessionRow) {
        time = row.lastMessageAt
        id = row.id
    }

    init(_ cursor: String) throws(InvalidCursor) {
        let parts = cursor.split(separator: "@")
        guard parts.count == 2, let time = Timestamp(String(parts[0])), let id = UUIDv7(String(parts[1])) else { throw InvalidCursor() }
        self.time = time
        self.id = id
    }

    var cursor: String { "\(time)@\(id)" }

    static func < (left: SessionPlace, right: SessionPlace) -> Bool { (left.time, left.id) < (right.time, right.id) }
}
