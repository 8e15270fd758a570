package import Conversation
import JSON
import TimeOrdered

extension InMemoryLogStore {
    package func checkpoint() async throws -> Bool {
        let now = now
        return try write(.checkpoint) { try $0.checkpoint(now: now) }
    }

    package func verify() async throws -> VerificationReport {
        try read { state in
            var report = VerificationReport()
            var heads = try state.verifyCheckpoints(&report)
            for (id, session) in state.sessions.sorted(by: { $0.key < $1.key }) where !session.events.isEmpty {
                report.sessions += 1
                report.events += session.events.count
                report.problems += session.chainProblems(of: id, checkpointed: heads.removeValue(forKey: id))
            }
            for (id, head) in heads.sorted(by: { $0.key < $1.key }) where !head.deleted && state.tombstones[id] == nil {
                report.problems.append(.init(session: id, seq: head.seq, reason: "a checkpoint holds a session that is not there"))
            }
            return report
        }
    }

    package func rebuild(repair: Bool) async throws -> RebuildReport {
        let compare: @Sendable (inout InMemoryLog.State) throws -> RebuildReport = { state in
            var report = RebuildReport()
            for (id, session) in state.sessions.sorted(by: { $0.key < $1.key }) {
                report.sessions += 1
                let folded: InMemoryLog.StoredSession
                do { folded = try session.folded() } catch LogError.damaged(let id, let seq, let reason) {
                    report.damaged.append(.init(session: id, seq: seq, reason: reason))
                    continue
                }
                report.turns += folded.turns.count
                if folded.row == session.row, folded.turns == session.turns, folded.usage.rows == session.usage.rows { continue }
                report.differing.append(id)
                if repair { state.sessions[id] = folded.events.isEmpty ? nil : folded }
            }
            return report
        }
        if repair { return try write(.rebuild, compare) }
        return try read { state in
            var copy = state
            return try compare(&copy)
        }
    }
}

extension InMemoryLog.State {
    fileprivate mutating func checkpoint(now: Timestamp) throws -> Bool {
        var heads: [InMemoryLog.Head] = []
        for id in changed.sorted() {
            guard let last = sessions[id]?.events.last else { continue }
            heads.append(InMemoryLog.Head(session: id, seq: last.seq, hash: last.hash.hex, deleted: false))
        }
        for (id, tombstone) in tombstones.sorted(by: { $0.key < $1.key }) where !tombstone.isInCheckpoint {
            heads.append(InMemoryLog.Head(session: id, seq: tombstone.seq, hash: tombstone.hash.hex, deleted: true))
            tombstones[id]?.isInCheckpoint = true
        }
        guard !heads.isEmpty else { return false }
        let (number, bytes) = ((checkpoints.last?.number ?? 0) + 1, try encodeJSON(heads))
        let hash = Self.hash(number: number, after: checkpoints.last?.hash, createdAt: now, heads: bytes)
        checkpoints.append(InMemoryLog.Checkpoint(number: number, createdAt: now, heads: bytes, hash: hash))
        changed = []
        return true
    }

    /// Checkpoints are chained as events are.
    private static func hash(number: Int, after previous: EventHash?, createdAt: Timestamp, heads: [UInt8]) -> EventHash {
        EventHash(
            after: previous ?? EventHash(bytes: []), seq: number, kind: "checkpoint", group: nil, createdAt: createdAt, payload: heads)
    }

    /// The last head of each session that a checkpoint names.
    fileprivate func verifyCheckpoints(_ report: inout VerificationReport) throws -> [SessionID: InMemoryLog.Head] {
        var heads: [SessionID: InMemoryLog.Head] = [:]
        var previous: EventHash?
        for (index, checkpoint) in checkpoints.enumerated() {
            report.checkpoints += 1
            let hash = Self.hash(number: checkpoint.number, after: previous, createdAt: checkpoint.createdAt, heads: checkpoint.heads)
            if checkpoint.number != index + 1 || checkpoint.hash != hash {
                report.problems.append(.init(session: nil, seq: nil, reason: "checkpoint \(checkpoint.number) does not follow the one before"))
            }
            for head in try decodeJSON([InMemoryLog.Head].self, from: checkpoint.heads) { heads[head.session] = head }
            previous = checkpoint.hash
        }
        return heads
    }
}

extension InMemoryLog.StoredSession {
    fileprivate func chainProblems(of id: SessionID, checkpointed head: InMemoryLog.Head?) -> [VerificationReport.Problem] {
        var problems: [VerificationReport.Problem] = []
        // What the next event may be chained to: a changed hash harms its own event alone.
        var (carried, expected) = ([EventHash.beginning(of: id)], 1)
        for event in events {
            let computed = carried.map { previous in
                EventHash(
                    after: previous, seq: event.seq, kind: event.kind.rawValue, group: event.group, createdAt: event.createdAt,
                    payload: event.payload)
            }
            let isChained = computed.contains(event.hash)
            if event.seq != expected {
                problems.append(.init(session: id, seq: expected, reason: "the event is missing"))
            } else if !isChained {
                problems.append(.init(session: id, seq: event.seq, reason: "the event was changed"))
            }
            carried = isChained || event.seq != expected ? [event.hash] : [event.hash] + computed
            expected = event.seq &+ 1
        }
        if let head, problems.contains(where: { $0.seq == head.seq }) { return problems }
        if let head, events.first(where: { $0.seq == head.seq })?.hash.hex != head.hash {
            problems.append(.init(session: id, seq: head.seq, reason: "a checkpoint holds another event here"))
        }
        return problems
    }

    /// The same events with rows made from nothing.
    func folded() throws -> InMemoryLog.StoredSession {
        var folded = InMemoryLog.StoredSession(events: events)
        var projection = SessionProjection()
        for event in events {
            let payload = try event.decodedPayload()
            let known = folded.turns
            for turn in try projection.apply(event, payload, turns: { known[$0] }) { folded.turns[turn.id] = turn }
            projection.settle()
            if let session = projection.session { folded.usage.add(UsageRow.added(by: event, payload, in: session)) }
        }
        folded.row = projection.session
        return folded
    }
}
