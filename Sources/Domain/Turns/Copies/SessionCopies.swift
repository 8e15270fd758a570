package import Conversation
package import TimeOrdered

/// Makes sessions of what was said in others.
package struct SessionCopies: Sendable {
    /// Turns that are read at once.
    private static let batch = 400

    let log: any LogStore
    let ids: UUIDv7Generator

    package init(log: any LogStore, ids: UUIDv7Generator) {
        self.log = log
        self.ids = ids
    }

    /// A new session that begins with the line up to a turn, under ids of its own.
    package func branch(_ session: SessionRow, at turn: TurnID, named title: String) async throws -> SessionRow {
        guard let last = try await log.turn(turn, of: session.id) else { throw LogError.noSession(session.id) }
        guard last.status != .generating else { throw LineRefusal.stillRunning(last.id) }
        let made = ids.next()
        var copied: [TurnID: TurnID] = [:]
        var drafts: [EventDraft] = []
        for start in stride(from: 0, through: last.depth, by: Self.batch) {
            let end = min(start + Self.batch, last.depth + 1)
            let rows = try await log.line(to: turn, of: session.id, depths: start..<end)
            // Deleted meanwhile.
            guard rows.count == end - start else { throw LogError.noSession(session.id) }
            drafts += try await copies(of: rows, &copied)
        }
        let created = SessionCreated(
            userID: session.userID, workspaceID: session.workspaceID, kind: session.kind, title: title, collectionID: session.collectionID,
            metadata: session.metadata, branchedFrom: BranchPoint(sessionID: session.id, turnID: turn), copiedEvents: drafts.count + 2)
        drafts = [EventDraft(.sessionCreated(created)), EventDraft(.sessionUpdated(SessionUpdated(title: title)))] + drafts
        return try await CopyWriter(log: log).write(drafts, to: made, of: session.userID)
    }

    /// The events of turns, one after the other, with new ids.
    private func copies(of rows: [TurnRow], _ copied: inout [TurnID: TurnID]) async throws -> [EventDraft] {
        let seqs = rows.flatMap { [$0.position, $0.sourcesSeq, $0.contentSeq] }.compactMap(\.self)
        var payloads: [Int: EventPayload] = [:]
        guard let session = rows.first?.sessionID else { return [] }
        for event in try await log.events(of: session, seqs: seqs) { payloads[event.seq] = try event.decodedPayload() }
        var drafts: [EventDraft] = []
        for row in rows {
            let id = ids.next()
            copied[row.id] = id
            for seq in Set([row.position, row.sourcesSeq, row.contentSeq].compactMap(\.self)).sorted() {
                guard let copy = payloads[seq]?.copy(of: row.id, as: id, copied) else { continue }
                drafts.append(EventDraft(copy, group: row.role == .assistant ? id : nil, createdAt: row.createdAt))
            }
            if row.isHidden { drafts.append(EventDraft(.turnHidden(TurnHidden(turnID: id, hidden: true)), createdAt: row.createdAt)) }
            guard row.role == .assistant else { continue }
            let closed = GroupClosed(outcome: row.status == .generating ? .interrupted : row.status)
            drafts.append(EventDraft(.groupClosed(closed), group: id, createdAt: row.createdAt))
        }
        return drafts
    }
}

extension EventPayload {
    /// The same of another turn, which follows what it follows in its own session.
    fileprivate func copy(of turn: TurnID, as id: TurnID, _ copied: [TurnID: TurnID]) -> EventPayload? {
        switch self {
        case .userMessage(let message):
            return .userMessage(
                UserMessage(
                    turnID: id, content: message.content, metadata: message.metadata, request: message.request, asked: message.asked))
        case .turnOpened(let opened):
            return .turnOpened(
                TurnOpened(
                    turnID: id, userTurnID: copied[opened.userTurnID] ?? id, createsSession: opened.createsSession,
                    model: opened.model, instructions: opened.instructions))
        case .sourcesFrozen(let frozen):
            return .sourcesFrozen(
                SourcesFrozen(turnID: id, cascadeTier: frozen.cascadeTier, evidence: frozen.evidence, sources: frozen.sources))
        case .assistantMessage(let message):
            return .assistantMessage(
                AssistantMessage(
                    turnID: id, userTurnID: copied[message.userTurnID] ?? id, content: message.content, status: message.status,
                    finishReason: message.finishReason, failure: message.failure, model: message.model, promptVersion: message.promptVersion,
                    citations: message.citations, recording: message.recording, usage: message.usage, timings: message.timings))
        default: return nil
        }
    }
}
