package import TimeOrdered

/// Turns drafts into chained events and folds them, for the one writer of a store. Pure: the store reads the heads before and writes
/// the result after.
package struct AppendPlan: Sendable {
    package let events: [LogEvent]
    package let turns: [TurnRow]
    package let projection: SessionProjection
    /// What the events add to the session's usage.
    package let usage: [UsageRow]

    /// - Parameters:
    ///   - projection: the session's rows before the batch; empty for a session that begins.
    ///   - now: the time that the events get which say none of their own.
    ///   - stored: looks up the turns' rows before the batch.
    package init(
        _ batch: AppendBatch, onto projection: SessionProjection, now: Timestamp, turns stored: @escaping SessionProjection.StoredTurns
    ) throws {
        var projection = projection
        if let after = batch.after, after != projection.session?.headSeq ?? 0 { throw LogError.changedMeanwhile }
        var events: [LogEvent] = []
        var turns: [TurnID: TurnRow] = [:]
        var usage = UsageFold()
        var previous = projection.session?.headHash ?? .beginning(of: batch.sessionID)
        var seq = projection.session?.headSeq ?? 0
        for draft in batch.drafts {
            seq += 1
            let payload = try draft.payload.encoded()
            let kind = draft.payload.kind
            let time = draft.createdAt ?? now
            let hash = EventHash(after: previous, seq: seq, kind: kind.rawValue, group: draft.group, createdAt: time, payload: payload)
            let event = LogEvent(
                sessionID: batch.sessionID, seq: seq, kind: kind, payload: payload, group: draft.group, createdAt: time, hash: hash)
            for turn in try projection.apply(event, draft.payload, turns: stored) { turns[turn.id] = turn }
            if let session = projection.session { usage.add(UsageRow.added(by: event, draft.payload, in: session)) }
            events.append(event)
            previous = hash
        }
        projection.settle()
        self.events = events
        self.turns = turns.values.sorted { $0.position < $1.position }
        self.projection = projection
        self.usage = usage.rows
    }
}
