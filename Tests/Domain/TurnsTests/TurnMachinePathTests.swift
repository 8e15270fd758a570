import Conversation
import Generation
import JSON
import Testing
import TimeOrdered

@testable import Turns

/// Each path of a turn, without a server.
struct TurnMachinePathTests {
    private let ids = UUIDv7Generator()

    private func machine(fromDocuments: Bool = false) -> TurnMachine {
        TurnMachine(
            sessionID: ids.next(), turnID: ids.next(), userTurnID: ids.next(), createsSession: true, answersFromDocuments: fromDocuments,
            model: "m")
    }

    /// The message that closes the turn, if these actions do.
    private func closing(_ actions: [TurnMachine.Action]) -> (message: AssistantMessage, outcome: TurnStatus)? {
        for case .close(let message, let closed) in actions { return (message, closed.outcome) }
        return nil
    }

    @Test func aWholeAnswer() {
        var machine = machine()
        _ = machine.handle(.opened)
        _ = machine.handle(.pieces([.text("one "), .text("two")]))
        let end = closing(machine.handle(.generated(GenerationEnd(finishReason: .stop))))
        #expect(end?.message.content == "one two")
        #expect(end?.message.recording.steps == [4, 3])
        #expect(end?.outcome == .complete)
        let last = machine.handle(.closed)
        #expect(machine.hasEnded)
        guard case .publish(.done(let done)) = last.first else {
            Issue.record("the end is not told")
            return
        }
        #expect(done.finishReason == .stop)
    }

    @Test func aProviderThatFailsAtTheThirdToken() {
        var machine = machine()
        _ = machine.handle(.opened)
        for token in ["a", "b", "c"] { _ = machine.handle(.pieces([.text(token)])) }
        let failure = TurnFailure(code: "provider_stream_broken", message: "gone", retryable: true)
        let end = closing(machine.handle(.failed(failure)))
        #expect(end?.message.content == "abc")
        #expect(end?.message.failure == failure)
        #expect(end?.outcome == .failed)
    }

    @Test(arguments: [TurnMachine.StopReason.stopped, .interrupted])
    func stoppedInTheMiddle(reason: TurnMachine.StopReason) {
        var machine = machine()
        _ = machine.handle(.opened)
        _ = machine.handle(.pieces([.text("half")]))
        let end = closing(machine.handle(.stop(reason)))
        #expect(end?.message.content == "half")
        #expect(end?.outcome == (reason == .stopped ? .stopped : .interrupted))
        #expect(machine.handle(.pieces([.text("late")])).isEmpty)
    }

    @Test func stoppedWhileSourcesAreSought() {
        var machine = machine(fromDocuments: true)
        _ = machine.handle(.opened)
        #expect(closing(machine.handle(.stop(.stopped)))?.outcome == .stopped)
    }

    @Test func aMessageThatCouldNotBeStored() {
        var machine = machine()
        let actions = machine.handle(.notOpened(TurnFailure(code: "storage_full", message: "full", retryable: true)))
        guard case .publish(.failed(let failure)) = actions.first else {
            Issue.record("the failure is not told")
            return
        }
        #expect(failure.code == "storage_full")
        #expect(machine.hasEnded)
    }

    @Test func anAnswerThatIsTooLong() {
        var machine = machine()
        _ = machine.handle(.opened)
        let text = String(repeating: "x", count: TurnMachine.answerLimit + 1)
        #expect(closing(machine.handle(.pieces([.text(text)])))?.message.finishReason == .length)
    }

    @Test func aRecordGivesTheStreamAgain() {
        var machine = machine()
        var shown: [TurnEvent] = []
        func take(_ actions: [TurnMachine.Action]) {
            for action in actions {
                switch action {
                case .show(let events): shown += events
                case .publish(let event): shown.append(event)
                default: break
                }
            }
        }
        take(machine.handle(.opened))
        take(machine.handle(.pieces([.text("🍊"), .chunk(["choices": []]), .text("\u{301}")])))
        let end = machine.handle(.generated(GenerationEnd(finishReason: .stop)))
        take(end)
        take(machine.handle(.closed))
        guard let message = closing(end)?.message else {
            Issue.record("the turn does not end")
            return
        }
        let opened = TurnOpened(turnID: machine.turnID, userTurnID: machine.userTurnID, createsSession: true)
        let record = TurnRecord(sessionID: machine.sessionID, opened: opened, sources: nil, message: message)
        #expect(record.events == shown)
    }
}
