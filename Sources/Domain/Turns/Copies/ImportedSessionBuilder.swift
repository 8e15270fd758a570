import Conversation
import JSON
import TimeOrdered

/// The events that a conversation of another product would have left here.
struct ImportedSessionBuilder {
    private let ids: UUIDv7Generator
    /// The time of what has none.
    private let fallback: Timestamp
    private var turns: [TurnID] = []
    private var questions: [TurnID] = []
    /// The first turn that follows each one, by which another is put in its place.
    private var firstChild: [Int?: TurnID] = [:]
    private var head: Int?

    init(ids: UUIDv7Generator, fallback: Timestamp) {
        self.ids = ids
        self.fallback = fallback
    }

    mutating func events(of conversation: ImportedConversation) -> [EventDraft] {
        var drafts: [EventDraft] = []
        var last = fallback
        for (index, message) in conversation.messages.enumerated() {
            last = message.createdAt ?? last
            drafts += events(of: message, at: index, last)
        }
        if let current = conversation.current, current != head {
            let selected = TurnSelected(turnID: turns[current], headTurnID: turns[current])
            drafts.append(EventDraft(.turnSelected(selected), createdAt: last))
        }
        return drafts
    }

    private mutating func events(of message: ImportedMessage, at index: Int, _ time: Timestamp) -> [EventDraft] {
        let id = ids.next()
        var drafts: [EventDraft] = []
        var supersedes: TurnID?
        if message.parent != head || (message.parent == nil && index > 0) {
            supersedes = firstChild[message.parent]
            if supersedes == nil, let parent = message.parent {
                let selected = TurnSelected(turnID: turns[parent], headTurnID: turns[parent])
                drafts.append(EventDraft(.turnSelected(selected), createdAt: time))
            }
        }
        let question = message.role == .user ? id : message.parent.map { questions[$0] } ?? id
        switch message.role {
        case .user:
            let said = UserMessage(turnID: id, content: message.content, metadata: message.metadata, supersedes: supersedes)
            drafts.append(EventDraft(.userMessage(said), createdAt: time))
        case .assistant: drafts += answer(message, id, question, supersedes, time)
        }
        turns.append(id)
        questions.append(question)
        if firstChild[message.parent] == nil { firstChild[message.parent] = id }
        head = index
        return drafts
    }

    private func answer(
        _ message: ImportedMessage, _ id: TurnID, _ question: TurnID, _ supersedes: TurnID?, _ time: Timestamp
    ) -> [EventDraft] {
        let status: TurnStatus = message.finish == .complete ? .complete : .interrupted
        let opened = TurnOpened(turnID: id, userTurnID: question, createsSession: false, supersedes: supersedes)
        let said = AssistantMessage(
            turnID: id, userTurnID: question, content: message.content, status: status, finishReason: status == .complete ? .stop : .interrupted,
            failure: nil, model: message.model, citations: [], recording: StreamRecording(steps: [message.content.utf8.count]), usage: nil,
            timings: nil)
        return [.turnOpened(opened), .assistantMessage(said), .groupClosed(GroupClosed(outcome: status))].map {
            EventDraft($0, group: id, createdAt: time)
        }
    }
}
