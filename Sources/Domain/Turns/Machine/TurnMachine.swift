package import Conversation
package import Generation
import JSON

/// One turn from its request to its end, as a state machine: it takes what happened and says what to do next, and does nothing
/// itself. Whoever runs it does the actions in their order and comes back with what came of them.
package struct TurnMachine {
    /// The most UTF-8 bytes of text and chunks that one answer may have.
    package static let answerLimit = 4 << 20
    /// The bytes that a piece counts for at least, since each is kept as an event of its own.
    private static let leastPiece = 8

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
        /// What `embed` asked for, or nothing.
        case embedded(CitationEvidence)
        /// Retrieval, storage or generation failed.
        case failed(TurnFailure)
        case stop(StopReason)
        /// The end is on disk.
        case closed
        /// The end could not be stored: it is tried again, and left for the next start to do.
        case notClosed(TurnFailure)
    }

    package enum Action {
        case freeze(SourcesFrozen)
        case generate([Source])
        /// Find out what words mean, and come back with `embedded`; the rest of the answer waits.
        case embed(CitationEvidence.Need)
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
    private let asksForEvidence: Bool
    private let model: String?
    private var phase = Phase.opening
    private var recorder = AnswerRecorder()
    private var recordedBytes = 0
    private var checker: CitationChecker?
    /// What came in while evidence was awaited.
    private var waiting: [GenerationPiece] = []
    /// The answer is complete, though its last citations may not be.
    private var generated: GenerationEnd?
    private var sources: SourcesFrozen?
    private var end: TurnEvent?
    /// Set by whoever runs the machine, before the turn ends.
    package var timings: TurnTimings?
    /// The wording of the instructions that the model was given; set before it is asked.
    package var promptVersion: String?

    /// - Parameters:
    ///   - answersFromDocuments: sources are found first and citations are checked.
    ///   - asksForEvidence: whoever runs the machine can do `embed`.
    ///   - model: the name that the answer is filed under until the provider says its own.
    package init(
        sessionID: SessionID, turnID: TurnID, userTurnID: TurnID, createsSession: Bool, answersFromDocuments: Bool,
        asksForEvidence: Bool = false, model: String?
    ) {
        self.sessionID = sessionID
        self.turnID = turnID
        self.userTurnID = userTurnID
        self.createsSession = createsSession
        self.answersFromDocuments = answersFromDocuments
        self.asksForEvidence = asksForEvidence
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
            checker = CitationChecker(sources: sources.cascadeTier == .none ? [] : sources.sources, asksForEvidence: asksForEvidence)
            return [.publish(.sources(sources)), .generate(sources.cascadeTier == .none ? [] : sources.sources)]
        case (.generating, .pieces(let pieces)):
            let isWaiting = checker?.need != nil
            waiting += pieces
            return isWaiting ? [] : goOn()
        case (.generating, .embedded(let evidence)):
            guard checker?.need != nil else { return [] }
            return goOn(after: (checker?.supply(evidence) ?? []).map(Self.event))
        case (.generating, .generated(let end)):
            let isWaiting = checker?.need != nil
            generated = end
            return isWaiting ? [] : goOn()
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

    /// Takes in what waits, until evidence is needed for more.
    private mutating func goOn(after first: [TurnEvent] = []) -> [Action] {
        var events = first
        var taken = 0
        for piece in waiting {
            guard checker?.need == nil else { break }
            events += take(piece)
            taken += 1
        }
        waiting.removeFirst(taken)
        if generated != nil, checker?.need == nil { events += (checker?.finish() ?? []).map(Self.event) }
        if let generated, checker?.need == nil {
            return finish(
                after: events, status: .complete, reason: generated.finishReason, usage: generated.usage, model: generated.model)
        }
        let actions = show(events)
        guard case .generating = phase, let need = checker?.need else { return actions }
        return actions + [.embed(need)]
    }

    private mutating func take(_ piece: GenerationPiece) -> [TurnEvent] {
        switch piece {
        case .chunk(let chunk): return [.chunk(chunk)]
        case .text(let text):
            guard checker != nil else { return text.isEmpty ? [] : [.delta(text)] }
            return (checker?.feed(text) ?? []).map(Self.event)
        }
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
            if case .delta(let text) = event { recordedBytes += max(Self.leastPiece, text.utf8.count) }
            if case .chunk(let chunk) = event { recordedBytes += max(Self.leastPiece, chunk.bytes.count) }
        }
        guard recordedBytes <= Self.answerLimit else { return [.show(events)] + finish(status: .complete, reason: .length) }
        return [.show(events)]
    }

    private mutating func finish(
        after first: [TurnEvent] = [], status: TurnStatus, reason: FinishReason? = nil, failure: TurnFailure? = nil, usage: TokenUsage? = nil,
        model: String? = nil
    ) -> [Action] {
        var last = first + (checker?.stopAsking() ?? []).map(Self.event)
        for piece in waiting { last += take(piece) }
        last += (checker?.finish() ?? []).map(Self.event)
        waiting = []
        checker = nil
        for event in last { recorder.record(event) }
        phase = .closing
        let message = AssistantMessage(
            turnID: turnID, userTurnID: userTurnID, content: recorder.text, status: status, finishReason: reason, failure: failure,
            model: model ?? self.model, promptVersion: promptVersion,
            citations: recorder.citations, recording: recorder.recording, usage: usage, timings: timings)
        end =
            TurnRecord(
                sessionID: sessionID, opened: TurnOpened(turnID: turnID, userTurnID: userTurnID, createsSession: createsSession),
                sources: sources, message: message
            ).events.last
        return (last.isEmpty ? [] : [.show(last)]) + [.close(message, GroupClosed(outcome: status))]
    }
}
