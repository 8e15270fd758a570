import Conversation
import Generation
import JSON
import Testing
import TimeOrdered
import TurnsTesting

@testable import Turns

/// Turns whose citations are checked by what words mean.
@Suite(.timeLimit(.minutes(2)))
struct TurnEvidenceTests {
    private static let paraphrase = "Keep the reboot key down for ten moments"
    private static let failure = TurnFailure(code: "provider_error", message: "gone", retryable: true)

    private let words = ScriptedWords()

    private func citations(of turn: FinishedTurn) -> [Citation] {
        turn.events.compactMap { if case .citation(let citation) = $0 { citation } else { nil } }
    }

    private func run(
        _ rig: TurnRig, _ steps: [ScriptedModel.Step] = [.text("\(paraphrase) [1]. The light"), .text(" blinks.")]
    ) async throws -> FinishedTurn {
        let turn = try await rig.run(steps, .documents(.init()))
        try await rig.expectKept(turn)
        return turn
    }

    @Test func otherWordsForTheSameHold() async throws {
        let turn = try await run(TurnRig(words: words))
        #expect(turn.text == "\(Self.paraphrase) [1]. The light blinks.")
        #expect(citations(of: turn).map(\.status) == [.verified, .verified])
        #expect(words.calls.count == 1)
        #expect(turn.finishReason == .stop)
    }

    @Test func theLastSentenceMayNeedEvidence() async throws {
        let turn = try await run(TurnRig(words: words), [.text(Self.paraphrase)])
        #expect(citations(of: turn).map(\.number) == [1])
        #expect(turn.finishReason == .stop)
    }

    @Test func withoutAModelWordsAloneDecide() async throws {
        let turn = try await run(TurnRig())
        #expect(citations(of: turn).map(\.status) == [.unverified, .verified])
    }

    @Test func whatFailsIsNotAskedAgain() async throws {
        words.beforeEach { throw Self.failure }
        let turn = try await run(TurnRig(words: words), [.text("\(Self.paraphrase) [1]. \(Self.paraphrase) [2].")])
        #expect(citations(of: turn).map(\.status) == [.unverified, .unverified])
        #expect(words.calls.count == 1)
        #expect(turn.finishReason == .stop)
    }

    @Test func whatTakesTooLongIsNotWaitedFor() async throws {
        let gate = Gate()
        words.beforeEach { await gate.wait() }
        let turn = try await run(TurnRig(words: words, evidenceLimit: .milliseconds(1)))
        #expect(citations(of: turn).map(\.status) == [.unverified, .verified])
        #expect(turn.finishReason == .stop)
    }

    @Test func aStopEndsTheWait() async throws {
        let rig = TurnRig(words: words, evidenceLimit: .seconds(600))
        let stream = rig.runner.newStream(for: nil)
        words.beforeEach { await rig.stop(stream.sessionID) }
        rig.models.answer(with: ScriptedModel([.text("\(Self.paraphrase) [1]. The light"), .text(" blinks.")]))
        let turn = try await rig.run(rig.request(.documents(.init())), on: stream)
        try await rig.expectKept(turn)
        #expect(turn.finishReason == .stopped)
        #expect(turn.text == "\(Self.paraphrase) [1]. The light")
    }

    @Test func aProviderThatFailsAfterwards() async throws {
        let turn = try await run(TurnRig(words: words), [.text("\(Self.paraphrase) [2"), .text("] and"), .fail(Self.failure)])
        #expect(turn.failure == Self.failure)
        #expect(turn.text == "\(Self.paraphrase) [1] and")
    }

    // MARK: The machine alone

    private func machine() -> TurnMachine {
        var machine = TurnMachine(
            sessionID: .init(high: 0, low: 1), turnID: .init(high: 0, low: 2), userTurnID: .init(high: 0, low: 3), createsSession: true,
            answersFromDocuments: true, asksForEvidence: true, model: "m")
        _ = machine.handle(.opened)
        let source = Source(
            number: 1, chunkID: .init(high: 0, low: 4),
            document: .init(id: .init(high: 0, low: 5), title: "T", filename: nil, mediaType: "text/plain"), metadata: [:],
            content: TurnRig.passages[0], sectionHeading: nil, sectionAnchor: nil, page: nil, start: 0,
            end: TurnRig.passages[0].unicodeScalars.count, score: 1)
        _ = machine.handle(.sourcesFound([source], .collection, evidence: 1))
        _ = machine.handle(.sourcesFrozen)
        return machine
    }

    private func asks(_ actions: [TurnMachine.Action]) -> Bool { if case .embed = actions.last { true } else { false } }

    private func closing(_ actions: [TurnMachine.Action]) -> AssistantMessage? {
        for case .close(let message, _) in actions { return message }
        return nil
    }

    private let more = [GenerationPiece.text(" and"), .chunk(["a": 1]), .text(" more")]

    @Test func whatComesMeanwhileIsTakenInAfterwards() {
        var machine = machine()
        #expect(asks(machine.handle(.pieces([.text("\(Self.paraphrase) [1]")] + more))))
        #expect(machine.handle(.pieces([.text(".")])).isEmpty)
        #expect(machine.handle(.generated(GenerationEnd(finishReason: .stop))).isEmpty)
        let message = closing(machine.handle(.embedded(.none)))
        #expect(message?.content == "\(Self.paraphrase) [1] and more.")
        #expect(message?.status == .complete && message?.finishReason == .stop)
        #expect(message?.citations.count == 1)
    }

    @Test(arguments: [TurnStatus.stopped, .interrupted, .failed])
    func aTurnThatEndsMeanwhileKeepsWhatCame(status: TurnStatus) {
        var machine = machine()
        #expect(asks(machine.handle(.pieces([.text("\(Self.paraphrase) [1]")] + more))))
        let input: TurnMachine.Input =
            switch status {
            case .stopped: .stop(.stopped)
            case .interrupted: .stop(.interrupted)
            default: .failed(Self.failure)
            }
        let message = closing(machine.handle(input))
        #expect(message?.content == "\(Self.paraphrase) [1] and more" && message?.status == status)
        #expect(message?.citations.count == 1)
        #expect(machine.handle(.embedded(.none)).isEmpty)
    }

    @Test func anAnswerThatIsCutAsksForNothing() {
        var machine = machine()
        let text = String(repeating: "x", count: TurnMachine.answerLimit + 1)
        let actions = machine.handle(.pieces([.text(text + " \(Self.paraphrase) [1].")]))
        #expect(!asks(actions))
        #expect(closing(actions)?.finishReason == .length)
    }
}
