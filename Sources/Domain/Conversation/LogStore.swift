package import TimeOrdered

/// Events that are appended to one session as one: all of them or none.
package struct AppendBatch: Sendable {
    package let sessionID: SessionID
    package let drafts: [EventDraft]
    /// Kept with the events, so that the same request after a restart finds what the first one began.
    package let idempotency: IdempotencyClaim?
    /// The last event that whoever writes has seen; nil where they do not care.
    package let after: Int?

    package init(sessionID: SessionID, drafts: [EventDraft], idempotency: IdempotencyClaim? = nil, after: Int? = nil) {
        self.sessionID = sessionID
        self.drafts = drafts
        self.idempotency = idempotency
        self.after = after
    }
}

/// A user's key for one request and what it led to.
package struct IdempotencyClaim: Sendable, Hashable {
    package let userID: UUIDv7
    package let key: String
    /// Over the route and the body, to tell another request under the same key.
    package let fingerprint: [UInt8]
    package let outcome: Outcome

    package enum Outcome: Sendable, Hashable {
        case turn(session: SessionID, turn: TurnID)
        case response(status: Int, body: [UInt8])
    }

    package init(userID: UUIDv7, key: String, fingerprint: [UInt8], outcome: Outcome) {
        self.userID = userID
        self.key = key
        self.fingerprint = fingerprint
        self.outcome = outcome
    }
}

/// A part of a list and where it goes on.
package struct Page<Item: Sendable>: Sendable {
    package let items: [Item]
    package let next: String?

    package init(items: [Item], next: String?) {
        self.items = items
        self.next = next
    }
}

/// A cursor that no list gave.
package struct InvalidCursor: Error, Sendable {
    package init() {}
}

/// How a list is asked for.
package struct PageRequest: Sendable {
    package let limit: Int
    package let offset: Int
    package let cursor: String?

    package init(limit: Int, offset: Int = 0, cursor: String? = nil) {
        self.limit = limit
        self.offset = offset
        self.cursor = cursor
    }

    /// The cursor as a number; `start` where there is none.
    package func number<Number: LosslessStringConvertible>(from start: Number) throws(InvalidCursor) -> Number {
        guard let cursor else { return start }
        guard let number = Number(cursor) else { throw InvalidCursor() }
        return number
    }
}

/// A group that was never closed: its turn was running when the process ended.
package struct OpenTurn: Sendable, Hashable {
    package let session: SessionID
    package let turn: TurnRow

    package init(session: SessionID, turn: TurnRow) {
        self.session = session
        self.turn = turn
    }
}

/// The sessions' logs and the views of them. A view is never behind its log: both are written in one step.
///
/// Reads for a person take the user's id and find nothing of anybody else's, nor a copy that is still being written.
package protocol LogStore: Sendable {
    /// Appends a batch and returns its events once they are on disk. The first event of a session must be its creation.
    func append(_ batch: AppendBatch) async throws -> [LogEvent]
    /// Deletes a session with all its events; its last hash stays in the next checkpoint, and what it had used in its workspace's log.
    /// - Parameter record: what the workspace's log is told in the same step; the usage is added to it.
    func delete(session: SessionID, of user: UUIDv7, recording record: AuditRecord) async throws -> Bool

    /// Whether a session of anybody has or had one of these ids, or a turn has one.
    func knows(sessions: [SessionID], turns: [TurnID]) async throws -> Bool
    func session(_ id: SessionID, of user: UUIDv7) async throws -> SessionRow?
    /// By the time of the last message, newest first.
    func sessions(of user: UUIDv7, _ filter: SessionFilter, _ page: PageRequest) async throws -> Page<SessionRow>
    /// Conversations of everybody, by their ids.
    func sessions(after id: SessionID?, limit: Int) async throws -> [SessionRow]
    /// Sessions of anybody that ask this collection.
    func sessions(inCollection collection: UUIDv7) async throws -> [SessionID]
    func events(of session: SessionID, after seq: Int, limit: Int) async throws -> [LogEvent]
    /// Events by their seq, for those that are there.
    func events(of session: SessionID, seqs: [Int]) async throws -> [LogEvent]
    /// A session's turns after a position, on whatever line.
    func turns(of session: SessionID, after position: Int, limit: Int) async throws -> [TurnRow]
    /// The turns of the line that leads to `head`, by their depth from 0; empty where there is no such turn in the session.
    func line(to head: TurnID, of session: SessionID, depths: Range<Int>) async throws -> [TurnRow]
    /// The last turn that the lines to two turns share; nil where they share none.
    func fork(_ first: TurnID, _ second: TurnID, of session: SessionID) async throws -> TurnRow?
    /// Where the line through a turn ended when the turn was last left; the turn itself where nothing followed it.
    func lineEnd(through turn: TurnID, of session: SessionID) async throws -> TurnID
    /// For each turn that the line to `head` does not lead through, the turn of that line which stands where the turn's own line leaves it.
    func superseding(_ turns: [TurnID], onLineTo head: TurnID, of session: SessionID) async throws -> [TurnID: TurnID]
    /// Turns of the same speaker that follow the same turns as these do, by position: these themselves, what was said between those in one
    /// place, and the nearest before and after them, `NearVersions.limit` of each at the most.
    func versions(of turns: [TurnRow]) async throws -> [TurnRow]
    func turn(_ id: TurnID, of session: SessionID) async throws -> TurnRow?
    /// The session that a link shows.
    /// - Parameter digest: of the link's token, as `Share` has it.
    func session(sharedBy digest: String) async throws -> SessionRow?
    /// How a user's answers were rated, here and not where they were copied from; of everybody in the workspace where no user is named.
    func ratings(in workspace: UUIDv7, of user: UUIDv7?) async throws -> [RatingSum]
    /// Rated turns with their sessions, by the turn's id.
    func ratedTurns(in workspace: UUIDv7, of user: UUIDv7?, after turn: TurnID?, limit: Int) async throws -> [TurnRow]

    /// What was used, the newest day first, then by user and model.
    func usage(_ query: UsageQuery, _ page: PageRequest) async throws -> Page<UsageRow>
    /// All of it.
    func usageTotal(_ query: UsageQuery) async throws -> UsageSum

    func idempotencyClaim(of user: UUIDv7, key: String) async throws -> IdempotencyClaim?
    func save(_ claim: IdempotencyClaim) async throws
    /// Forgets claims made before a moment.
    func forgetClaims(before: Timestamp) async throws

    /// Forgets answers of requests that speak of something, as it is deleted.
    func forgetClaims(about id: UUIDv7) async throws
    /// Sessions that were being copied when the process ended.
    func unfinishedCopies() async throws -> [SessionRow]
    /// Turns whose group is open.
    func openTurns() async throws -> [OpenTurn]
    /// Chains the heads of the sessions that changed since the last checkpoint. False where none did.
    func checkpoint() async throws -> Bool
    func verify() async throws -> VerificationReport
    /// Folds every log from nothing and compares; with `repair`, puts the folded rows in the views' place. A log that is damaged keeps no
    /// other from it.
    func rebuild(repair: Bool) async throws -> RebuildReport
}

/// How the answers of one model under one wording of its instructions were rated.
package struct RatingSum: Sendable, Hashable {
    package let model: String?
    package let promptVersion: String?
    package let up: Int
    package let down: Int

    package init(model: String?, promptVersion: String?, up: Int, down: Int) {
        self.model = model
        self.promptVersion = promptVersion
        self.up = up
        self.down = down
    }
}

/// Which sessions are listed; nil is either.
package struct SessionFilter: Sendable, Hashable {
    package var archived: Bool?
    package var pinned: Bool?

    package init(archived: Bool? = nil, pinned: Bool? = nil) {
        self.archived = archived
        self.pinned = pinned
    }
}

extension LogStore {
    package func sessions(of user: UUIDv7, _ page: PageRequest) async throws -> Page<SessionRow> {
        try await sessions(of: user, SessionFilter(), page)
    }

    /// The last turns of a session's current line, in its order.
    package func lastTurns(of session: SessionRow, limit: Int) async throws -> [TurnRow] {
        guard let head = session.headTurnID else { return [] }
        return try await line(to: head, of: session.id, depths: max(0, session.messageCount - limit)..<session.messageCount)
    }
}

/// What `verify` found.
package struct VerificationReport: Sendable, Hashable {
    package struct Problem: Sendable, Hashable {
        package let session: SessionID?
        package let seq: Int?
        package let reason: String

        package init(session: SessionID?, seq: Int?, reason: String) {
            self.session = session
            self.seq = seq
            self.reason = reason
        }
    }

    package var sessions = 0
    package var events = 0
    package var checkpoints = 0
    package var problems: [Problem] = []

    package init() {}
}

/// What `rebuild` found.
package struct RebuildReport: Sendable, Hashable {
    package var sessions = 0
    package var turns = 0
    /// Sessions whose rows differ from the fold of their log.
    package var differing: [SessionID] = []
    /// Sessions whose log does not fold, each with the event where that ends; their rows stay as they are.
    package var damaged: [VerificationReport.Problem] = []

    package init() {}
}
