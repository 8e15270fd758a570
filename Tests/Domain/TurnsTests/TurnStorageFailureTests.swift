import Conversation
import JSON
import Testing
import Turns
import TurnsTesting

/// Turns whose log or spool fails: told as failed, never as done.
@Suite(.timeLimit(.minutes(2)))
struct TurnStorageFailureTests {
    private static let answer: [ScriptedModel.Step] = [.text("Hold the reset button "), .text("for ten seconds [1].")]

    @Test(arguments: [false, true])
    func aMessageThatCannotBeStoredIsNoTurn(fromDocuments: Bool) async throws {
        let rig = TurnRig()
        rig.failAppends(of: .turnOpened)
        let turn = try await rig.run(Self.answer, fromDocuments ? .documents(.init()) : .passThrough([:]))
        try await rig.expectKept(turn)
        #expect(turn.events.count == 1)
        #expect(turn.failure?.code == "storage_full")
        #expect(try await rig.log.allEvents(of: turn.stream.sessionID).isEmpty)
        #expect(rig.outcomes.all == [.failed])
    }

    @Test func sourcesThatCannotBeFrozenAreNotShown() async throws {
        let rig = TurnRig()
        rig.failAppends(of: .sourcesFrozen, with: LogError.unavailable(reason: "secret path"))
        let turn = try await rig.run(Self.answer, .documents(.init()))
        try await rig.expectKept(turn)
        #expect(turn.events.count == 2)
        #expect(turn.failure?.code == "storage_unavailable")
        #expect(turn.failure?.message.contains("secret") == false)
        #expect(try await rig.entries(of: turn)?.outcomes == [.failed])
    }

    @Test(arguments: [false, true])
    func anEndThatCannotBeStoredIsAFailureAndItsTextStaysInTheSpool(fromDocuments: Bool) async throws {
        let rig = TurnRig()
        rig.failAppends(of: .assistantMessage)
        let turn = try await rig.run(Self.answer, fromDocuments ? .documents(.init()) : .passThrough([:]))
        try await rig.expectKept(turn)
        #expect(turn.text == "Hold the reset button for ten seconds [1].")
        #expect(turn.failure?.code == "storage_full")
        #expect(rig.spool.released.isEmpty)
        #expect(rig.outcomes.all == [.failed])
        await rig.runner.closeLeft()
        #expect(rig.spool.released.isEmpty)
        // There is room again: it is kept as it was told, with its text.
        rig.beforeAppends { _ in }
        await rig.runner.closeLeft()
        let entries = try #require(try await rig.entries(of: turn))
        #expect(entries.outcomes == [.failed] && entries.message?.status == .failed && entries.message?.failure == turn.failure)
        #expect(entries.message?.content == turn.text)
        #expect(rig.spool.released == [turn.stream.turnID])
        await rig.runner.closeLeft()
        #expect(try await rig.entries(of: turn)?.outcomes == [.failed])
    }

    @Test func aSessionThatWasDeletedMeanwhile() async throws {
        let rig = TurnRig()
        let stream = rig.runner.newStream(for: nil)
        rig.failAppends(of: .assistantMessage, with: LogError.noSession(stream.sessionID))
        rig.models.answer(with: ScriptedModel(Self.answer))
        let turn = try await rig.run(rig.request(), on: stream)
        #expect(turn.failure?.code == "not_found")
        #expect(turn.failure?.retryable == false)
        #expect(rig.spool.released == [turn.stream.turnID])
    }

    /// Also the last write, which comes after the model has ended: of an answer from documents it holds the last citation.
    @Test(arguments: 0...2, [false, true])
    func aSpoolWithoutRoomEndsWhatIsShown(room: Int, fromDocuments: Bool) async throws {
        let rig = TurnRig(spoolRoom: room)
        let turn = try await rig.run(Self.answer + (fromDocuments ? [] : [.text("more")]), fromDocuments ? .documents(.init()) : .passThrough([:]))
        try await rig.expectKept(turn)
        #expect(turn.answer == ["Hold the reset button ", "for ten seconds [1]."].prefix(room).map(TurnEvent.delta))
        #expect(turn.failure?.code == "storage_full")
        #expect(try await rig.entries(of: turn)?.outcomes == [.failed])
        #expect(rig.outcomes.all == [.failed])
    }

    @Test func aStopDoesNotHideThatTheSpoolFailed() async throws {
        let rig = TurnRig(spoolRoom: 1)
        let stream = rig.runner.newStream(for: nil)
        let steps: [ScriptedModel.Step] = [.text("a"), .run { await rig.stop(stream.sessionID) }, .text("b")]
        rig.models.answer(with: ScriptedModel(steps, heedsCancellation: false))
        let turn = try await rig.run(rig.request(), on: stream)
        try await rig.expectKept(turn)
        #expect(turn.text == "a")
        #expect(turn.failure?.code == "storage_full")
    }
}
