import Conversation
import ConversationTesting
import Synchronization
import TimeOrdered
import Turns

/// A log in memory that does what a test says before it answers: wait, fail, or end the turn that asks.
final class ScriptedLog: LogStore {
    enum Call: Sendable {
        case append(AppendBatch)
        /// Of events or turns.
        case read
        case claim
    }

    private let store = InMemoryLogStore()
    private let before = Mutex<@Sendable (Call) async throws -> Void>({ _ in })

    /// Called before each call is answered; what it throws is thrown by the call, and nothing is done.
    func beforeEach(_ body: @escaping @Sendable (Call) async throws -> Void) { before.withLock { $0 = body } }

    private func prepare(_ call: Call) async throws { try await before.withLock { $0 }(call) }

    // MARK: What a test looks at

    func allEvents(of session: SessionID) async throws -> [LogEvent] { try await store.events(of: session, after: 0, limit: .max) }

    /// What the log has of an assistant's turn; nil where it has nothing.
    func entries(of turn: TurnID, in session: SessionID) async throws -> TurnEntries? {
        var entries: TurnEntries?
        for event in try await allEvents(of: session) where event.group == turn {
            switch try event.decodedPayload() {
            case .turnOpened(let opened): entries = TurnEntries(opened: opened)
            case .sourcesFrozen(let sources): entries?.sources = sources
            case .assistantMessage(let message): entries?.message = message
            case .groupClosed(let closed): entries?.outcomes.append(closed.outcome)
            default: break
            }
        }
        return entries
    }

    // MARK: Scripted

    func append(_ batch: AppendBatch) async throws -> [LogEvent] {
        try await prepare(.append(batch))
        return try await store.append(batch)
    }

    func events(of session: SessionID, seqs: [Int]) async throws -> [LogEvent] {
        try await prepare(.read)
        return try await store.events(of: session, seqs: seqs)
    }

    func line(to head: TurnID, of session: SessionID, depths: Range<Int>) async throws -> [TurnRow] {
        try await prepare(.read)
        return try await store.line(to: head, of: session, depths: depths)
    }

    func idempotencyClaim(of user: UUIDv7, key: String) async throws -> IdempotencyClaim? {
        try await prepare(.claim)
        return try await store.idempotencyClaim(of: user, key: key)
    }

    // MARK: Handed on

    func delete(session: SessionID, of user: UUIDv7, recording record: AuditRecord) async throws -> Bool {
        try await store.delete(session: session, of: user, recording: record)
    }
    func usage(_ query: UsageQuery, _ page: PageRequest) async throws -> Page<UsageRow> { try await store.usage(query, page) }
    func usageTotal(_ query: UsageQuery) async throws -> UsageSum { try await store.usageTotal(query) }
    func session(_ id: SessionID, of user: UUIDv7) async throws -> SessionRow? { try await store.session(id, of: user) }
    func sessions(of user: UUIDv7, _ filter: SessionFilter, _ page: PageRequest) async throws -> Page<SessionRow> {
        try await store.sessions(of: user, filter, page)
    }
    func sessions(inCollection collection: UUIDv7) async throws -> [SessionID] { try await store.sessions(inCollection: collection) }
    func events(of session: SessionID, after seq: Int, limit: Int) async throws -> [LogEvent] {
        try await store.events(of: session, after: seq, limit: limit)
    }
    func turns(of session: SessionID, after position: Int, limit: Int) async throws -> [TurnRow] {
        try await store.turns(of: session, after: position, limit: limit)
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
    func versions(of turns: [TurnRow]) async throws -> [TurnRow] { try await store.versions(of: turns) }
    func session(sharedBy digest: String) async throws -> SessionRow? { try await store.session(sharedBy: digest) }
    func ratings(in workspace: UUIDv7, of user: UUIDv7?) async throws -> [RatingSum] { try await store.ratings(in: workspace, of: user) }
    func ratedTurns(in workspace: UUIDv7, of user: UUIDv7?, after turn: TurnID?, limit: Int) async throws -> [TurnRow] {
        try await store.ratedTurns(in: workspace, of: user, after: turn, limit: limit)
    }
    func turn(_ id: TurnID, of session: SessionID) async throws -> TurnRow? { try await store.turn(id, of: session) }
    func save(_ claim: IdempotencyClaim) async throws { try await store.save(claim) }
    func forgetClaims(before: Timestamp) async throws { try await store.forgetClaims(before: before) }
    func openTurns() async throws -> [OpenTurn] { try await store.openTurns() }
    func checkpoint() async throws -> Bool { try await store.checkpoint() }
    func verify() async throws -> VerificationReport { try await store.verify() }
    func rebuild(repair: Bool) async throws -> RebuildReport { try await store.rebuild(repair: repair) }
}

/// What a log has of one turn.
struct TurnEntries {
    let opened: TurnOpened
    var sources: SourcesFrozen?
    var message: AssistantMessage?
    /// How its group was closed; one, once it is over.
    var outcomes: [TurnStatus] = []

    /// The stream given again; nil until the answer is there.
    func record(of session: SessionID) -> TurnRecord? {
        message.map { TurnRecord(sessionID: session, opened: opened, sources: sources, message: $0) }
    }
}
