import TimeOrdered

/// Folds a session's events, in order, into its rows. It holds no other state, so folding the same log gives the same rows.
package struct SessionProjection: Sendable {
    /// Looks up a turn's row as it was before the events that are being folded.
    package typealias StoredTurns = (TurnID) throws(LogError) -> TurnRow?

    package private(set) var session: SessionRow?
    /// Rows that were changed and may not be stored yet.
    private var changed: [TurnID: TurnRow] = [:]

    /// - Parameter session: the row as it stands; nil before the first event.
    package init(session: SessionRow? = nil) { self.session = session }

    /// Takes in the next event.
    /// - Returns: the turn rows that it makes or changes.
    /// - Throws: `LogError.damaged` where the event cannot follow those before it.
    package mutating func apply(
        _ event: LogEvent, _ payload: EventPayload, turns stored: @escaping StoredTurns
    ) throws(LogError) -> [TurnRow] {
        if case .sessionCreated(let created) = payload {
            guard session == nil, event.seq == 1 else { throw event.damaged("a session is made twice") }
            session = SessionRow(created, event)
            return []
        }
        guard var row = session else { throw event.damaged("the session was not made") }
        guard event.seq == row.headSeq + 1 else { throw event.damaged("it should have seq \(row.headSeq + 1)") }
        row.headSeq = event.seq
        row.headHash = event.hash
        row.updatedAt = event.createdAt
        var step = SessionStep(event, row, known: changed, turns: stored)
        // The step has them now: a copy for each event of a long batch would take long.
        changed = [:]
        try step.fold(payload)
        session = step.row
        changed = step.known
        return step.changed.sorted().compactMap { changed[$0] }.sorted { $0.position < $1.position }
    }

    /// The rows are stored: from now on they are looked up, but for those that the next event is likely to touch.
    package mutating func settle() {
        changed = changed.filter { $0.key == session?.headTurnID || $0.key == session?.runningTurnID }
    }
}

extension LogEvent {
    func damaged(_ reason: String) -> LogError { .damaged(session: sessionID, seq: seq, reason: reason) }
}

extension SessionRow {
    fileprivate init(_ created: SessionCreated, _ event: LogEvent) {
        self.init(
            id: event.sessionID, userID: created.userID, workspaceID: created.workspaceID, kind: created.kind, title: created.title,
            collectionID: created.collectionID, metadata: created.metadata, createdAt: event.createdAt, updatedAt: event.createdAt,
            lastMessageAt: event.createdAt, copiedEvents: created.copiedEvents ?? 0, headSeq: event.seq, headHash: event.hash)
    }
}
