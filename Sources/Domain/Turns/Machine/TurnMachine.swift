package import Conversation
package import Generation
import JSON

/// One turn from its request to its end, as a state machine: it takes what happened and says what to do next, and does nothing
/// itself. Whoever runs it does the actions in their order and comes back with what came of them.
package struct TurnMachine {
    /// The most UTF-8 bytes of text and chunks that one answer may have.
    package static let answerLimit = 4 << 20

    /// Why a turn is ended from outside.
    package enum StopReason: Sendable, Hashable {
        /// A person asked for it; its text is kept as it is.
        case stopped
        /// The server is going down.
        case interrupted
    }

    package enum Input {
        /// The user's message is on disk.
        case opened
        /// The user's message could not be stored: there is no turn.
        case notOpened(TurnFailure)
        case sourcesFound([Source], CascadeTier, evidence: Double)
        /// The sources are in the log.
        case sourcesFrozen
        case pieces([GenerationPiece])
        case generated(GenerationEnd)
        /// Retrieval, storage or generation failed.
        case failed(TurnFailure)
        case stop(StopReason)
        /// The end is on disk.
        case closed
        /// The end could not be stored: the turn is left for the next start to close.
        case notClosed(TurnFailure)
    }

    package enum Action {
        case freeze(SourcesFrozen)
        case generate([Source])
        /// To the spool, and then to the watchers.
        case show([TurnEvent])
        /// To the watchers alone: it is in the log.
        case publish(TurnEvent)
        case close(AssistantMessage, GroupClosed)
    }

    private enum Phase {
        case opening, retrieving, freezing, generating, closing, ended
    }

    package let sessionID: SessionID
    package let turnID: TurnID
    package let userTurnID: TurnID
    private let createsSession: Bool
    private let answersFromDocuments: Bool
    private let model: String?
    private var phase = Phase.opening
    private var recorder = AnswerRecorder()
    private var recordedBytes = 0
    private var checker: CitationChecker?
    private var sources: SourcesFrozen?
    private var end: TurnEvent?
    /// Set by whoever runs the machine, before the turn ends.
    package var timings: TurnTimings?

    /// - Parameters:
    ///   - answersFromDocuments: sources are found first and citations are checked.
    ///   - model: the name that the answer is filed under until the provider says its own.
    package init(
        sessionID: SessionID, turnID: TurnID, userTurnID: TurnID, createsSession: Bool, answersFromDocuments: Bool, model: String?
    ) {
        self.sessionID = sessionID
        self.turnID = turnID
        self.userTurnID = userTurnID
        self.createsSession = createsSession
        self.answersFromDocuments = answersFromDocuments
        self.model = model
    }

    package var hasEnded: Bool { if case .ended = phase { true } else { false } }

    package mutating func handle(_ input: Input) -> [Action] {
        switch (phase, input) {
        case (.opening, .opened):
            phase = answersFromDocuments ? .retrieving : .generating
            let opened = TurnEvent.session(SessionOpened(sessionID: sessionID, turnID: turnID, created: createsSession))
            return answersFromDocuments ? [.publish(opened)] : [.publish(opened), .generate([])]
        case (.opening, .notOpened(let failure)):
            phase = .ended
            return [.publish(.failed(failure))]
        case (.retrieving, .sourcesFound(let found, let tier, let evidence)):
            phase = .freezing
            let frozen = SourcesFrozen(turnID: turnID, cascadeTier: tier, evidence: evidence, sources: found)
            sources = frozen
            return [.freeze(frozen)]
        case (.freezing, .sourcesFrozen):
            guard let sources else { return [] }
            phase = .generating
            checker = CitationChecker(sources: sources.cascadeTier == .none ? [] : sources.sources)
            return [.publish(.sources(sources)), .generate(sources.cascadeTier == .none ? [] : sources.sources)]
        case (.generating, .pieces(let pieces)):
            return show(pieces)
        case (.generating, .generated(let generated)):
            return finish(status: .complete, reason: generated.finishReason, usage: generated.usage, model: generated.model)
        case (.retrieving, .stop(let reason)), (.freezing, .stop(let reason)), (.generating, .stop(let reason)):
            return finish(
                status: reason == .stopped ? .stopped : .interrupted, reason: reason == .stopped ? .stopped : .interrupted)
        case (.retrieving, .failed(let failure)), (.freezing, .failed(let failure)), (.generating, .failed(let failure)):
            return finish(status: .failed, failure: failure)
        case (.closing, .failed(let failure)):
            // The last of the answer could not be shown.
            return finish(status: .failed, failure: failure)
        case (.closing, .closed):
            phase = .ended
            return end.map { [.publish($0)] } ?? []
        case (.closing, .notClosed(let failure)):
            phase = .ended
            return [.publish(.failed(failure))]
        default:
            return []
        }
    }

    // MARK: Answer

    private mutating func show(_ pieces: [GenerationPiece]) -> [Action] {
        var events: [TurnEvent] = []
        for piece in pieces {
            switch piece {
            case .text(let text): events += checked(text)
            case .chunk(let chunk): events.append(.chunk(chunk))
            }
        }
        return show(events)
    }

    private mutating func checked(_ text: String) -> [TurnEvent] {
        guard checker != nil else { return text.isEmpty ? [] : [.delta(text)] }
        return (checker?.feed(text) ?? []).map(Self.event)
    }

    private static func event(_ output: CitationChecker.Output) -> TurnEvent {
        switch output {
        case .text(let text): .delta(text)
        case .citation(let citation): .citation(citation)
        }
    }

    private mutating func show(_ events: [TurnEvent]) -> [Action] {
        guard !events.isEmpty else { return [] }
        for event in events {
            recorder.record(event)
            if case .delta(let text) = event { recordedBytes += text.utf8.count }
            if case .chunk(let chunk) = event { recordedBytes += chunk.bytes.count }
        }
        guard recordedBytes <= Self.answerLimit else { return [.show(events)] + finish(status: .complete, reason: .length) }
        return [.show(events)]
    }

    private mutating func finish(
        status: TurnStatus, reason: FinishReason? = nil, failure: TurnFailure? = nil, usage: TokenUsage? = nil, model: String? = nil
    ) -> [Action] {
        let last = (checker?.finish() ?? []).map(Self.event)
        checker = nil
        for event in last { recorder.record(event) }
        phase = .closing
        let message = AssistantMessage(
            turnID: turnID, userTurnID: userTurnID, content: recorder.text, status: status, finishReason: reason, failure: failure,
            model: model ?? self.model, citations: recorder.citations, recording: recorder.recording, usage: usage, timings: timings)
        end =
            TurnRecord(
                sessionID: sessionID, opened: TurnOpened(turnID: turnID, userTurnID: userTurnID, createsSession: createsSession),
                sources: sources, message: message
            ).events.last
        return (last.isEmpty ? [] : [.show(last)]) + [.close(message, GroupClosed(outcome: status))]
    }
}
