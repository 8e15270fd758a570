package import Conversation
import JSON
package import TimeOrdered

/// One question and its answer, in the steps in which a runner appends them.
package struct SampleTurn: Sendable {
    /// Also the turn's group.
    package let id: TurnID
    package let userTurnID: TurnID
    package let question: String
    package let answer: String
    package var createsSession = false
    package var model: String? = "extractive"
    package var usage: TokenUsage?

    package init(_ ids: UUIDv7Generator, question: String = "What is a loquat?", answer: String = "A fruit [1].", userTurnID: TurnID? = nil) {
        self.userTurnID = userTurnID ?? ids.next()
        id = ids.next()
        self.question = question
        self.answer = answer
    }

    package var opening: [EventDraft] {
        [
            EventDraft(.userMessage(UserMessage(turnID: userTurnID, content: question)), group: id),
            EventDraft(.turnOpened(TurnOpened(turnID: id, userTurnID: userTurnID, createsSession: createsSession)), group: id),
        ]
    }

    package var freezing: EventDraft {
        let document = Source.Document(id: id, title: "Fruit", filename: nil, mediaType: "text/plain")
        let source = Source(
            number: 1, chunkID: userTurnID, document: document, metadata: [:], content: "A loquat is a fruit.", sectionHeading: nil,
            sectionAnchor: nil, page: nil, start: 0, end: 20, score: 1.5)
        return EventDraft(.sourcesFrozen(SourcesFrozen(turnID: id, cascadeTier: .collection, sources: [source])), group: id)
    }

    package func message(_ status: TurnStatus = .complete) -> EventDraft {
        let message = AssistantMessage(
            turnID: id, userTurnID: userTurnID, content: answer, status: status, finishReason: .stop, failure: nil, model: model,
            citations: [], recording: StreamRecording(steps: [answer.utf8.count]), usage: usage, timings: TurnTimings(totalMs: 12.5))
        return EventDraft(.assistantMessage(message), group: id)
    }

    package func closing(_ status: TurnStatus = .complete) -> [EventDraft] {
        [message(status), EventDraft(.groupClosed(GroupClosed(outcome: status)), group: id)]
    }

    package var whole: [EventDraft] { opening + [freezing] + closing() }
}
