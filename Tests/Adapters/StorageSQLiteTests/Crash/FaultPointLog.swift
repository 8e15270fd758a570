import Conversation
import ConversationTesting
import StorageSQLite
import Synchronization
import TimeOrdered

/// A log whose directory is copied before and after each write, and one of whose writes fails where it is told to.
final class FaultPointLog: LogStore {
    private struct Plan {
        var writes = 0
        var failing: (number: Int, moment: Fault.Moment)?
    }

    private let store: SQLiteLogStore
    private let points: FaultPoints
    private let plan = Mutex(Plan())

    init(_ store: SQLiteLogStore, _ points: FaultPoints) {
        self.store = store
        self.points = points
    }

    /// Writes since the last plan was made.
    var writes: Int { plan.withLock { $0.writes } }

    /// Counts writes anew, and fails one of them.
    /// - Parameter number: from 1.
    func fail(_ number: Int, at moment: Fault.Moment) { plan.withLock { $0 = Plan(failing: (number, moment)) } }

    func failNone() { plan.withLock { $0 = Plan() } }

    private func nextFault() -> Fault.Moment? {
        plan.withLock { plan in
            plan.writes += 1
            guard let failing = plan.failing, failing.number == plan.writes else { return nil }
            return failing.moment
        }
    }

    private func write<Value: Sendable>(_ name: String, _ body: () async throws -> (value: Value, events: [LogEvent])) async throws -> Value {
        let fault = nextFault()
        if fault == .beforeCommit { throw LogError.unavailable(reason: "the disk is away") }
        points.before(name)
        let (value, events) = try await body()
        points.afterCommit(name, events)
        if fault == .afterCommit { throw LogError.unavailable(reason: "the acknowledgement was lost") }
        return value
    }

    // MARK: Writing

    func append(_ batch: AppendBatch) async throws -> [LogEvent] {
        try await write("the append of \(batch.drafts.map(\.payload.kind.rawValue))") {
            let events = try await store.append(batch)
            return (events, events)
        }
    }

    func delete(session: SessionID, of user: UUIDv7, recording record: AuditRecord) async throws -> Bool {
        try await write("the deletion") { (try await store.delete(session: session, of: user, recording: record), []) }
    }

    func save(_ claim: IdempotencyClaim) async throws { try await write("a claim") { (try await store.save(claim), []) } }
    func forgetClaims(before: Timestamp) async throws { try await write("old claims") { (try await store.forgetClaims(before: before), []) } }
    func checkpoint() async throws -> Bool { try await write("a checkpoint") { (try await store.checkpoint(), []) } }
    func rebuild(repair: Bool) async throws -> RebuildReport { try await write("a rebuilding") { (try await store.rebuild(repair: repair), []) } }

    // MARK: Reading

    func session(_ id: SessionID, of user: UUIDv7) async throws -> SessionRow? { try await store.session(id, of: user) }
    func sessions(of user: UUIDv7, _ filter: SessionFilter, _ page: PageRequest) async throws -> Page<SessionRow> {
        try await store.sessions(of: user, filter, page)
    }
    func sessions(after id: SessionID?, limit: Int) async throws -> [SessionRow] { try await store.sessions(after: id, limit: limit) }
    func lineEnd(through turn: TurnID, of session: SessionID) async throws -> TurnID { try await store.lineEnd(through: turn, of: session) }
    func unfinishedCopies() async throws -> [SessionRow] { try await store.unfinishedCopies() }
    func forgetClaims(about id: UUIDv7) async throws { try await store.forgetClaims(about: id) }
    func knows(sessions: [SessionID], turns: [TurnID]) async throws -> Bool { try await store.knows(sessions: sessions, turns: turns) }
    func fork(_ first: TurnID, _ second: TurnID, of session: SessionID) async throws -> TurnRow? {
        try await store.fork(first, second, of: session)
    }
    func superseding(_ turns: [TurnID], onLineTo head: TurnID, of session: SessionID) async throws -> [TurnID: TurnID] {
        try await store.superseding(turns, onLineTo: head, of: session)
    }
    func sessions(inCollection collection: UUIDv7) async throws -> [SessionID] { try await store.sessions(inCollection: collection) }
    func events(of session: SessionID, after seq: Int, limit: Int) async throws -> [LogEvent] {
        try await store.events(of: session, after: seq, limit: limit)
    }
    func events(of session: SessionID, seqs: [Int]) async throws -> [LogEvent] { try await store.events(of: session, seqs: seqs) }
    func turns(of session: SessionID, after position: Int, limit: Int) async throws -> [TurnRow] {
        try await store.turns(of: session, after: position, limit: limit)
    }
    func line(to head: TurnID, of session: SessionID, depths: Range<Int>) async throws -> [TurnRow] {
        try await store.line(to: head, of: session, depths: depths)
    }
    func versions(of turns: [TurnRow]) async throws -> [TurnRow] { try await store.versions(of: turns) }
    func turn(_ id: TurnID, of session: SessionID) async throws -> TurnRow? { try await store.turn(id, of: session) }
    func session(sharedBy digest: String) async throws -> SessionRow? { try await store.session(sharedBy: digest) }
    func ratings(in workspace: UUIDv7, of user: UUIDv7?) async throws -> [RatingSum] { try await store.ratings(in: workspace, of: user) }
    func ratedTurns(in workspace: UUIDv7, of user: UUIDv7?, after turn: TurnID?, limit: Int) async throws -> [TurnRow] {
        try await store.ratedTurns(in: workspace, of: user, after: turn, limit: limit)
    }
    func usage(_ query: UsageQuery, _ page: PageRequest) async throws -> Page<UsageRow> { try await store.usage(query, page) }
    func usageTotal(_ query: UsageQuery) async throws -> UsageSum { try await store.usageTotal(query) }
    func idempotencyClaim(of user: UUIDv7, key: String) async throws -> IdempotencyClaim? { try await store.idempotencyClaim(of: user, key: key) }
    func openTurns() async throws -> [OpenTurn] { try await store.openTurns() }
    func verify() async throws -> VerificationReport { try await store.verify() }
}
