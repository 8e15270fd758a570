import Conversation
import TestSupport
import Testing
import TimeOrdered
import Turns

/// A stream that was shown, kept in the log, and given again.
struct TurnRecordTests {
    private let ids = UUIDv7Generator()

    /// What the log keeps of a message.
    private func stored(_ message: AssistantMessage) throws -> AssistantMessage? {
        let payload = EventPayload.assistantMessage(message)
        guard case .assistantMessage(let read) = try EventPayload(kind: payload.kind, bytes: payload.encoded()) else { return nil }
        return read
    }

    @Test(arguments: 0..<200 as Range<UInt64>)
    func anySequenceIsGivenAgainAsItWasShown(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let (session, opened) = (ids.next(), TurnOpened(turnID: ids.next(), userTurnID: ids.next(), createsSession: .random(using: &random)))
        let answer = SampleEvents.answer(&random)
        let failure = Bool.random(using: &random) ? TurnFailure(code: "c", message: "m\u{0}", retryable: true) : nil
        let usage = Bool.random(using: &random) ? TokenUsage(promptTokens: 3, completionTokens: 4) : nil
        let timings = TurnTimings(retrievalMs: 0.125, firstDeltaMs: nil, totalMs: Double(Int.random(in: 0..<9999, using: &random)) / 1000)
        let sources = Bool.random(using: &random) ? [SampleEvents.source(1, "Text 🍊.", ids: ids)] : nil

        var recorder = AnswerRecorder()
        for event in answer { recorder.record(event) }
        let message = AssistantMessage(
            turnID: opened.turnID, userTurnID: opened.userTurnID, content: recorder.text, status: failure == nil ? .complete : .failed,
            finishReason: failure == nil ? .length : nil, failure: failure, model: nil, citations: recorder.citations,
            recording: recorder.recording, usage: usage, timings: timings)
        let frozen = sources.map { SourcesFrozen(turnID: opened.turnID, cascadeTier: .lexical, sources: $0) }
        let record = TurnRecord(sessionID: session, opened: opened, sources: frozen, message: try #require(try stored(message)))

        let end = TurnDone(
            sessionID: session, turnID: opened.turnID, finishReason: .length, cascadeTier: frozen?.cascadeTier, usage: usage, timings: timings)
        let shown: [TurnEvent] =
            [.session(SessionOpened(sessionID: session, turnID: opened.turnID, created: opened.createsSession))]
            + (frozen.map { [.sources($0)] } ?? []) + answer + [failure.map(TurnEvent.failed) ?? .done(end)]
        #expect(record.events == shown)
        #expect(record.events.count { $0.endsTurn } == 1)
    }

    @Test func whatIsNoPartOfAnAnswerIsNotRecorded() {
        var recorder = AnswerRecorder()
        recorder.record(.session(SessionOpened(sessionID: ids.next(), turnID: ids.next(), created: true)))
        recorder.record(.sources(SourcesFrozen(turnID: UUIDv7(high: 1, low: 1), cascadeTier: .none, sources: [])))
        recorder.record(.truncate(length: 1))
        recorder.record(SampleEvents.done(ids.next(), ids.next()))
        #expect(recorder.text.isEmpty)
        #expect(recorder.recording == StreamRecording())
    }

    @Test func aRecordedTurnIsAStreamThatIsOver() async {
        let opened = TurnOpened(turnID: ids.next(), userTurnID: ids.next(), createsSession: false)
        let message = AssistantMessage(
            turnID: opened.turnID, userTurnID: opened.userTurnID, content: "ab", status: .stopped, finishReason: .stopped, failure: nil,
            model: nil, citations: [], recording: StreamRecording(steps: [1, 1]), usage: nil, timings: nil)
        let record = TurnRecord(sessionID: ids.next(), opened: opened, sources: nil, message: message)
        let stream = TurnStream(record, createdAt: Timestamp(milliseconds: 5))
        #expect(stream.hasEnded)
        #expect(stream.turnID == opened.turnID)
        #expect(await stream.waitUntilEnded() == record.events)
        #expect(record.events.last == SampleEvents.done(record.sessionID, opened.turnID, .stopped))
    }

    @Test func aRecordingThatNoRecorderWroteIsReadAsFarAsItSaysSomething() {
        let opened = TurnOpened(turnID: ids.next(), userTurnID: ids.next(), createsSession: false)
        let steps = [-2, 1, .min, StreamRecording.chunk, StreamRecording.citation, .max, 1]
        let message = AssistantMessage(
            turnID: opened.turnID, userTurnID: opened.userTurnID, content: "abc", status: .complete, finishReason: .stop, failure: nil, model: nil,
            citations: [], recording: StreamRecording(steps: steps), usage: nil, timings: nil)
        let events = TurnRecord(sessionID: ids.next(), opened: opened, sources: nil, message: message).events
        #expect(Array(events.dropFirst().dropLast()) == [.delta("a"), .delta("bc")])
        #expect(events.last?.endsTurn == true)
    }
}
