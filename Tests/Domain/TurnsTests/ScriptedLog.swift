import Conversation
import Synchronization
import TimeOrdered

/// The smallest log that turns can be run on: in memory, and failing or waiting where a test says so.
final class ScriptedLog: LogStore {
    enum Call: Sendable {
        case append(AppendBatch)
        /// Of events or turns.
        case read
        case claim
    }

    struct NotScripted: Error {}

    private struct Kept {
        var projection = SessionProjection()
        var events: [LogEvent] = []
        var turns: [TurnID: TurnRow] = [:]
    }

    private struct ClaimKey: Hashable {
        let user: UUIDv7
        let text: String
    }

    private struct State {
        var sessions: [SessionID: Kept] = [:]
        var claims: [ClaimKey: IdempotencyClaim] = [:]
        var before: @Sendable (Call) async throws -> Void = { _ in }
    }

    private let state = Mutex(State())

    /// Called before each call is answered; what it throws is thrown by the call, and nothing is done.
    func beforeEach(_ body: @escaping @Sendable (Call) async throws -> Void) { state.withLock { $0.before = body } }

    private func prepare(_ call: Call) async throws { try await state.withLock { $0.before }(call) }

    // MARK: Writing

    func append(_ batch: AppendBatch) async throws -> [LogEvent] {
        try await prepare(.append(batch))
        return try state.withLock { state in
            var kept = state.sessions[batch.sessionID] ?? Kept()
            if kept.projection.session == nil {
                guard case .sessionCreated = batch.drafts.first?.payload else { throw LogError.noSession(batch.sessionID) }
            }
            let plan = try AppendPlan(batch, onto: kept.projection, now: Timestamp(milliseconds: 0))
            kept.projection = plan.projection
            kept.events += plan.events
            for turn in plan.turns { kept.turns[turn.id] = turn }
            state.sessions[batch.sessionID] = kept
            if let claim = batch.idempotency { state.claims[ClaimKey(user: claim.userID, text: claim.key)] = claim }
            return plan.events
        }
    }

    func save(_ claim: IdempotencyClaim) async throws {
        state.withLock { $0.claims[ClaimKey(user: claim.userID, text: claim.key)] = claim }
    }

    // MARK: Reading

    private func kept(_ id: SessionID) -> Kept { state.withLock { $0.sessions[id] } ?? Kept() }

    func session(_ id: SessionID, of user: UUIDv7) async throws -> SessionRow? { kept(id).projection.session }

    func allEvents(of session: SessionID) -> [LogEvent] { kept(session).events }

    var sessionCount: Int { state.withLock { $0.sessions.count } }

    func events(of session: SessionID, seqs: [Int]) async throws -> [LogEvent] {
        try await prepare(.read)
        return kept(session).events.filter { seqs.contains($0.seq) }
    }

    func lastTurns(of session: SessionID, limit: Int) async throws -> [TurnRow] {
        try await prepare(.read)
        return kept(session).turns.values.sorted { $0.position < $1.position }.suffix(limit)
    }

    func turn(_ id: TurnID, of session: SessionID) async throws -> TurnRow? { kept(session).turns[id] }

    func openTurns() async throws -> [OpenTurn] {
        state.withLock { state in
            state.sessions.flatMap { session, kept in
                kept.turns.values.filter { $0.status == .generating }.map { OpenTurn(session: session, turn: $0) }
            }.sorted { $0.turn.id < $1.turn.id }
        }
    }

    func idempotencyClaim(of user: UUIDv7, key: String) async throws -> IdempotencyClaim? {
        try await prepare(.claim)
        return state.withLock { $0.claims[ClaimKey(user: user, text: key)] }
    }

    /// An assistant's turn as the log has it; nil until its answer is there.
    func record(of turn: TurnID, in session: SessionID) throws -> TurnRecordParts? {
        var parts = TurnRecordParts()
        for event in allEvents(of: session) where event.group == turn {
            switch try event.decodedPayload() {
            case .turnOpened(let opened): parts.opened = opened
            case .sourcesFrozen(let sources): parts.sources = sources
            case .assistantMessage(let message): parts.message = message
            case .groupClosed(let closed): parts.outcomes.append(closed.outcome)
            case .userMessage(let message): parts.question = message
            case .sessionCreated, .sessionUpdated: break
            }
        }
        return parts.opened == nil ? nil : parts
    }

    // MARK: Not needed by turns

    func delete(session: SessionID, of user: UUIDv7) async throws -> Bool { throw NotScripted() }
    func sessions(of user: UUIDv7, _ page: PageRequest) async throws -> Page<SessionRow> { throw NotScripted() }
    func sessions(inCollection collection: UUIDv7) async throws -> [SessionID] { throw NotScripted() }
    func events(of session: SessionID, after seq: Int, limit: Int) async throws -> [LogEvent] { throw NotScripted() }
    func turns(of session: SessionID, after position: Int, limit: Int) async throws -> [TurnRow] { throw NotScripted() }
    func forgetClaims(before: Timestamp) async throws { throw NotScripted() }
    func checkpoint() async throws -> Bool { throw NotScripted() }
    func verify() async throws -> VerificationReport { throw NotScripted() }
    func rebuild(repair: Bool) async throws -> RebuildReport { throw NotScripted() }
}

/// What a log holds of one turn.
struct TurnRecordParts {
    var question: UserMessage?
    var opened: TurnOpened?
    var sources: SourcesFrozen?
    var message: AssistantMessage?
    /// How its group was closed; one, once it is over.
    var outcomes: [TurnStatus] = []
}
