import TimeOrdered

/// Folds a session's events, in order, into its rows. It holds no other state, so folding the same log gives the same rows.
package struct SessionProjection: Sendable {
    package private(set) var session: SessionRow?
    /// The turns that the events folded so far touched and that may be touched again.
    private var openTurns: [TurnID: TurnRow]

    /// - Parameters:
    ///   - session: the rows as they stand; nil before the first event.
    ///   - openTurns: the turns of groups that are not closed.
    package init(session: SessionRow? = nil, openTurns: [TurnRow] = []) {
        self.session = session
        self.openTurns = Dictionary(uniqueKeysWithValues: openTurns.map { ($0.id, $0) })
    }

    /// Takes in the next event.
    /// - Returns: the turn row that it makes or changes.
    /// - Throws: `LogError.damaged` where the event cannot follow those before it.
    package mutating func apply(_ event: LogEvent, _ payload: EventPayload) throws(LogError) -> TurnRow? {
        if case .sessionCreated(let created) = payload {
            guard session == nil, event.seq == 1 else { throw damaged(event, "a session is made twice") }
            session = SessionRow(created, event)
            return nil
        }
        guard var row = session else { throw damaged(event, "the session was not made") }
        guard event.seq == row.headSeq + 1 else { throw damaged(event, "it should have seq \(row.headSeq + 1)") }
        row.headSeq = event.seq
        row.headHash = event.hash
        row.updatedAt = event.createdAt
        let turn = try apply(event, payload, &row)
        session = row
        return turn
    }

    private mutating func apply(_ event: LogEvent, _ payload: EventPayload, _ row: inout SessionRow) throws(LogError) -> TurnRow? {
        switch payload {
        case .sessionCreated: return nil
        case .sessionUpdated(let update):
            row.apply(update)
            return nil
        case .userMessage(let message):
            row.messageCount += 1
            row.lastMessageAt = event.createdAt
            return TurnRow(
                id: message.turnID, sessionID: event.sessionID, position: event.seq, role: .user, status: .complete, contentSeq: event.seq,
                createdAt: event.createdAt)
        case .turnOpened(let opened):
            row.messageCount += 1
            row.runningTurnID = opened.turnID
            let turn = TurnRow(
                id: opened.turnID, sessionID: event.sessionID, position: event.seq, role: .assistant, status: .generating,
                userTurnID: opened.userTurnID, createdAt: event.createdAt)
            openTurns[turn.id] = turn
            return turn
        case .sourcesFrozen(let frozen):
            return try change(frozen.turnID, event) { $0.sourcesSeq = event.seq }
        case .assistantMessage(let message):
            row.lastMessageAt = event.createdAt
            return try change(message.turnID, event) {
                $0.contentSeq = event.seq
                $0.status = message.status
            }
        case .groupClosed(let closed):
            // Another turn may run by now, where the end of this one could not be stored in its time.
            if row.runningTurnID == event.group { row.runningTurnID = nil }
            guard let group = event.group, var turn = openTurns.removeValue(forKey: group) else { return nil }
            turn.status = closed.outcome
            return turn
        case .audit:
            guard row.kind == .workspace else { throw damaged(event, "an audit record stands in a conversation") }
            return nil
        }
    }

    private mutating func change(_ id: TurnID, _ event: LogEvent, _ body: (inout TurnRow) -> Void) throws(LogError) -> TurnRow {
        guard var turn = openTurns[id] else { throw damaged(event, "its turn is not open") }
        body(&turn)
        openTurns[id] = turn
        return turn
    }

    private func damaged(_ event: LogEvent, _ reason: String) -> LogError {
        .damaged(session: event.sessionID, seq: event.seq, reason: reason)
    }
}

extension SessionRow {
    fileprivate init(_ created: SessionCreated, _ event: LogEvent) {
        self.init(
            id: event.sessionID, userID: created.userID, workspaceID: created.workspaceID, kind: created.kind, title: created.title,
            collectionID: created.collectionID, metadata: created.metadata, createdAt: event.createdAt, updatedAt: event.createdAt,
            lastMessageAt: event.createdAt, headSeq: event.seq, headHash: event.hash)
    }

    fileprivate mutating func apply(_ update: SessionUpdated) {
        if let title = update.title { self.title = title }
        if let metadata = update.metadata { self.metadata = metadata }
        if let archived = update.archived { self.archived = archived }
        if let pinned = update.pinned { self.pinned = pinned }
        if update.leavesCollection == true { collectionID = nil }
    }
}
