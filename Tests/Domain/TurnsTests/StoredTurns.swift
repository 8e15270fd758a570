import Conversation
import JSON
import TimeOrdered

/// Turns put into a log without being run.
struct StoredTurns {
    let log: ScriptedLog
    let session: SessionID
    let user: UUIDv7
    private let ids: UUIDv7Generator

    init(_ log: ScriptedLog, ids: UUIDv7Generator = UUIDv7Generator()) {
        self.log = log
        self.ids = ids
        session = ids.next()
        user = ids.next()
    }

    /// As the log has it now.
    var row: SessionRow? { get async throws { try await log.session(session, of: user) } }

    /// Stores a question and opens its turn.
    @discardableResult
    func open(_ question: String) async throws -> TurnOpened {
        let creates = try await row == nil
        let opened = TurnOpened(turnID: ids.next(), userTurnID: ids.next(), createsSession: creates)
        let created = SessionCreated(userID: user, workspaceID: user, kind: .chat, title: question, collectionID: nil, metadata: [:])
        let drafts = [
            EventDraft(.userMessage(UserMessage(turnID: opened.userTurnID, content: question)), group: opened.turnID),
            EventDraft(.turnOpened(opened), group: opened.turnID),
        ]
        _ = try await log.append(AppendBatch(sessionID: session, drafts: (creates ? [EventDraft(.sessionCreated(created))] : []) + drafts))
        return opened
    }

    func add(_ question: String, _ answer: String, _ status: TurnStatus = .complete) async throws {
        let opened = try await open(question)
        let message = AssistantMessage(
            turnID: opened.turnID, userTurnID: opened.userTurnID, content: answer, status: status, finishReason: .stop, failure: nil, model: nil,
            citations: [], recording: StreamRecording(), usage: nil, timings: nil)
        let drafts = [
            EventDraft(.assistantMessage(message), group: opened.turnID),
            EventDraft(.groupClosed(GroupClosed(outcome: status)), group: opened.turnID),
        ]
        _ = try await log.append(AppendBatch(sessionID: session, drafts: drafts))
    }
}
