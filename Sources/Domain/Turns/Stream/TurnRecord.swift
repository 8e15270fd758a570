package import Conversation

/// A turn as its log has it, and its stream as it was first given.
package struct TurnRecord: Sendable {
    package let sessionID: SessionID
    package let opened: TurnOpened
    package let sources: SourcesFrozen?
    package let message: AssistantMessage

    package init(sessionID: SessionID, opened: TurnOpened, sources: SourcesFrozen?, message: AssistantMessage) {
        self.sessionID = sessionID
        self.opened = opened
        self.sources = sources
        self.message = message
    }

    /// Every event, from number 1.
    package var events: [TurnEvent] {
        var events: [TurnEvent] = [
            .session(SessionOpened(sessionID: sessionID, turnID: opened.turnID, created: opened.createsSession))
        ]
        if let sources { events.append(.sources(sources)) }
        events += answerEvents
        events.append(end)
        return events
    }

    private var answerEvents: [TurnEvent] {
        var events: [TurnEvent] = []
        var citations = message.citations[...]
        var chunks = message.recording.chunks[...]
        var rest = message.content.utf8[...]
        var left = rest.count
        for step in message.recording.steps {
            switch step {
            case StreamRecording.citation: if let next = citations.popFirst() { events.append(.citation(next)) }
            case StreamRecording.chunk: if let next = chunks.popFirst() { events.append(.chunk(next)) }
            case let length where length > 0 && left > 0:
                let taken = min(length, left)
                events.append(.delta(String(decoding: rest.prefix(taken), as: UTF8.self)))
                rest = rest.dropFirst(taken)
                left -= taken
            // What no recorder writes, but a log may hold that was taken in from elsewhere.
            default: break
            }
        }
        return events
    }

    private var end: TurnEvent {
        if let failure = message.failure { return .failed(failure) }
        return .done(
            TurnDone(
                sessionID: sessionID, turnID: opened.turnID, finishReason: message.finishReason ?? .interrupted,
                cascadeTier: sources?.cascadeTier, usage: message.usage, timings: message.timings))
    }
}

/// Gathers an answer while it is written: its text, and the order in which it left.
package struct AnswerRecorder: Sendable {
    package private(set) var text = ""
    package private(set) var citations: [Citation] = []
    package private(set) var recording = StreamRecording()

    package init() {}

    package mutating func record(_ event: TurnEvent) {
        switch event {
        case .delta(let delta):
            text += delta
            recording.steps.append(delta.utf8.count)
        case .citation(let citation):
            citations.append(citation)
            recording.steps.append(StreamRecording.citation)
        case .chunk(let chunk):
            recording.chunks.append(chunk)
            recording.steps.append(StreamRecording.chunk)
        case .session, .sources, .truncate, .done, .failed: break
        }
    }
}
