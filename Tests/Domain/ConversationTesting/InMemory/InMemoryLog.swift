package import Conversation
import Synchronization
import TimeOrdered

/// What an `InMemoryLogStore` has written. It outlives the store, as a disk does.
package final class InMemoryLog: Sendable {
    let state = Mutex(State())

    package init() {}

    struct State: Sendable {
        var sessions: [SessionID: StoredSession] = [:]
        var tombstones: [SessionID: Tombstone] = [:]
        var claims: [ClaimKey: StoredClaim] = [:]
        var checkpoints: [Checkpoint] = []
        /// Sessions with events that no checkpoint holds yet.
        var changed: Set<SessionID> = []
    }

    struct StoredSession: Sendable {
        var events: [LogEvent] = []
        var row: SessionRow?
        var turns: [TurnID: TurnRow] = [:]
        var usage = UsageFold()

        var timeline: [TurnRow] { turns.values.sorted { $0.position < $1.position } }
        func plan(_ batch: AppendBatch, now: Timestamp) throws -> AppendPlan {
            try AppendPlan(batch, onto: SessionProjection(session: row), now: now) { turns[$0] }
        }

        var openTurns: [TurnRow] { turns.values.filter { $0.status == .generating || $0.id == row?.runningTurnID } }
    }

    struct Tombstone: Sendable {
        let seq: Int
        let hash: EventHash
        var isInCheckpoint = false
    }

    struct ClaimKey: Sendable, Hashable {
        let user: UUIDv7
        let key: [UInt8]
    }

    struct StoredClaim: Sendable {
        let claim: IdempotencyClaim
        let createdAt: Timestamp
    }

    /// A session's last event, as a checkpoint holds it.
    struct Head: Sendable, Codable {
        let session: SessionID
        let seq: Int
        let hash: String
        let deleted: Bool
    }

    struct Checkpoint: Sendable {
        let number: Int
        let createdAt: Timestamp
        let heads: [UInt8]
        let hash: EventHash
    }
}

extension InMemoryLog.State {
    /// Everything is made in copies and put in place at the end, so a batch that is refused leaves nothing.
    mutating func append(_ batch: AppendBatch, now: Timestamp) throws -> [LogEvent] {
        var session = try sessionToExtend(batch)
        let plan: AppendPlan
        do { plan = try session.plan(batch, now: now) } catch LogError.damaged {
            session = try session.folded()
            plan = try session.plan(batch, now: now)
        }
        session.events += plan.events
        for turn in plan.turns { session.turns[turn.id] = turn }
        session.usage.add(plan.usage)
        session.row = plan.projection.session
        sessions[batch.sessionID] = session
        if !plan.events.isEmpty { changed.insert(batch.sessionID) }
        if let claim = batch.idempotency { save(claim, now: now) }
        return plan.events
    }

    private func sessionToExtend(_ batch: AppendBatch) throws -> InMemoryLog.StoredSession {
        guard tombstones[batch.sessionID] == nil else { throw LogError.noSession(batch.sessionID) }
        if let known = sessions[batch.sessionID], known.row != nil { return known }
        guard case .sessionCreated = batch.drafts.first?.payload else { throw LogError.noSession(batch.sessionID) }
        return InMemoryLog.StoredSession()
    }

    mutating func delete(_ session: SessionID, of user: UUIDv7, recording record: AuditRecord, now: Timestamp) throws -> Bool {
        guard let stored = sessions[session], let row = stored.row, row.userID == user else { return false }
        sessions[session] = nil
        changed.remove(session)
        tombstones[session] = InMemoryLog.Tombstone(seq: row.headSeq, hash: row.headHash)
        claims = claims.filter { if case .turn(session, turn: _) = $0.value.claim.outcome { false } else { true } }
        forgetClaims(about: session)
        var record = record
        record.usage = stored.usage.isEmpty ? nil : stored.usage.rows
        let isNew = sessions[row.workspaceID]?.row == nil
        _ = try append(AuditRecord.batch([record], in: row.workspaceID, isNew: isNew), now: now)
        return true
    }

    /// What was asked for, over all sessions of the workspace.
    func usage(_ query: UsageQuery) -> UsageFold {
        var fold = UsageFold()
        for session in sessions.values where session.row?.workspaceID == query.workspaceID {
            fold.add(session.usage.rows.filter { query.dates.contains($0.date) && (query.userID ?? $0.userID) == $0.userID })
        }
        return fold
    }

    mutating func save(_ claim: IdempotencyClaim, now: Timestamp) {
        let key = InMemoryLog.ClaimKey(user: claim.userID, key: Array(claim.key.utf8))
        claims[key] = InMemoryLog.StoredClaim(claim: claim, createdAt: now)
    }

    mutating func forgetClaims(about id: UUIDv7) { claims = claims.filter { !$0.value.claim.subjects.contains(id) } }
}

// MARK: Damage

extension InMemoryLog {
    package func replaceLog(of session: SessionID, with events: [LogEvent]) {
        state.withLock { $0.sessions[session, default: StoredSession()].events = events }
    }

    package func replaceViews(of session: SessionID, with row: SessionRow?, turns: [TurnRow], usage: [UsageRow]?) {
        state.withLock { state in
            if let usage {
                var fold = UsageFold()
                fold.add(usage)
                state.sessions[session, default: StoredSession()].usage = fold
            }
            state.sessions[session, default: StoredSession()].row = row
            state.sessions[session]?.turns = Dictionary(uniqueKeysWithValues: turns.map { ($0.id, $0) })
        }
    }

    package func removeCheckpoint(_ number: Int) { state.withLock { $0.checkpoints.removeAll { $0.number == number } } }
}
