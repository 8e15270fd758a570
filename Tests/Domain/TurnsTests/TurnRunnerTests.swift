import Access
import Conversation
import Generation
import JSON
import Retrieval
import Testing
import TimeOrdered
import Turns
import TurnsTesting

/// Turns from their request to their end.
@Suite(.timeLimit(.minutes(2)))
struct TurnRunnerTests {
    private let rig = TurnRig()
    private let failure = TurnFailure(code: "provider_stream_broken", message: "gone", retryable: true)

    // MARK: Whole answers

    @Test func anAnswerThatIsPassedThrough() async throws {
        let usage = TokenUsage(promptTokens: 1, completionTokens: 2)
        rig.models.answer(
            with: ScriptedModel(
                [.text("one "), .pieces([.text("two"), .chunk(["tool": 1])]), .pieces([])],
                end: GenerationEnd(finishReason: .length, usage: usage, model: "theirs")))
        let turn = try await rig.run(rig.request())
        try await rig.expectKept(turn)
        #expect(turn.answer == [.delta("one "), .delta("two"), .chunk(["tool": 1])])
        #expect(turn.finishReason == .length)
        let message = try await rig.entries(of: turn)?.message
        #expect(message?.usage == usage)
        #expect(message?.model == "theirs")
        #expect(rig.outcomes.all == [.complete])
    }

    /// Some dialects tell when an answer began, and again when it is read later.
    @Test func theLogAndTheStreamTellOneTime() async throws {
        let time = Timestamp(milliseconds: 1_700_000_000_999)
        let stream = TurnStream(sessionID: UUIDv7Generator().next(), turnID: UUIDv7Generator().next(), createdAt: time)
        let turn = try await rig.run(rig.request(), on: stream)
        #expect(try await rig.log.turn(turn.stream.turnID, of: stream.sessionID)?.createdAt == time)
        #expect(try await rig.log.allEvents(of: stream.sessionID).prefix(3).map(\.createdAt) == [time, time, time])
    }

    @Test func anAnswerFromDocuments() async throws {
        let turn = try await rig.run([.text("Hold the reset button for ten seconds [1"), .text("].")], .documents(.init()))
        try await rig.expectKept(turn)
        #expect(turn.text == "Hold the reset button for ten seconds [1].")
        guard case .session(let session) = turn.events.first, case .sources(let found) = turn.events[1], found.cascadeTier == .lexical else {
            Issue.record("\(turn.events)")
            return
        }
        #expect(session.created)
        #expect(found.sources.map(\.content) == TurnRig.passages)
        guard case .citation(let citation) = turn.answer.last else {
            Issue.record("no citation")
            return
        }
        #expect(citation.status == .verified)
        #expect(try await rig.entries(of: turn)?.sources == found)
    }

    @Test func aTurnThatIsNotToBeKeptLeavesNothing() async throws {
        rig.models.answer(with: ScriptedModel([.text("a")]))
        let turn = try await rig.run(rig.request(isLogged: false))
        try await rig.expectKept(turn, isLogged: false)
        #expect(rig.spool.written(of: turn.stream.turnID).isEmpty)
        #expect(turn.finishReason == .stop)
    }

    @Test func aKeyIsKeptWithTheMessage() async throws {
        rig.models.answer(with: ScriptedModel([.text("a")]))
        let plain = rig.request()
        let request = TurnRequest(asker: plain.asker, message: "q", job: plain.job, idempotency: (key: "k", fingerprint: [1]))
        let turn = try await rig.run(request)
        let claim = try await rig.log.idempotencyClaim(of: plain.asker.userID, key: "k")
        #expect(claim?.outcome == .turn(session: turn.stream.sessionID, turn: turn.stream.turnID))
    }

    @Test func anAnswerWithoutBoundsIsCut() async throws {
        let text = String(repeating: "x", count: TurnMachine.answerLimit / 2 + 1)
        let turn = try await rig.run([.text(text), .text(text), .text("never")])
        try await rig.expectKept(turn)
        #expect(turn.finishReason == .length)
        #expect(turn.text.utf8.count == 2 * text.utf8.count)
    }

    // MARK: One at a time

    @Test func aSessionRunsOneTurnAtATime() async throws {
        let (gate, stream) = (Gate(), rig.runner.newStream(for: nil))
        rig.models.answer(with: ScriptedModel([.text("a"), .run { await gate.wait() }]))
        let running = try rig.runner.start(rig.request(), on: stream)
        #expect(rig.runner.runningTurn(of: stream.sessionID) === running)
        #expect(throws: TurnRefusal.turnInProgress(stream.turnID)) {
            let again = TurnStream(sessionID: stream.sessionID, turnID: UUIDv7(high: 1, low: 1), createdAt: stream.createdAt)
            _ = try rig.runner.start(rig.request(), on: again)
        }
        gate.open()
        try await rig.expectKept(FinishedTurn(stream: stream, events: await stream.waitUntilEnded()))
        #expect(try await rig.log.allEvents(of: stream.sessionID).count == 5)
    }

    /// A watcher that asks all the time sees no moment at which the turn is over and the session busy.
    @Test func whoSeesTheEndMayBeginTheNext() async throws {
        var row: SessionRow?
        rig.models.answer(with: ScriptedModel([.text("a")]))
        for _ in 0..<300 {
            let stream = rig.runner.newStream(for: row)
            _ = try rig.runner.start(rig.request(in: row), on: stream)
            while !stream.hasEnded { await Task.yield() }
            #expect(rig.runner.runningTurn(of: stream.sessionID) == nil)
            row = try await rig.row(of: stream.sessionID)
            #expect(row != nil)
            #expect(row?.runningTurnID == nil)
        }
        #expect(rig.outcomes.all.count == 300)
    }

    @Test func soManyTurnsAndNoMore() async throws {
        let rig = TurnRig { $0.turnLimit = 2 }
        let gate = Gate()
        rig.models.answer(with: ScriptedModel([.run { await gate.wait() }]))
        let streams = [rig.runner.newStream(for: nil), rig.runner.newStream(for: nil)]
        for stream in streams { _ = try rig.runner.start(rig.request(), on: stream) }
        #expect(rig.runner.runningCount == 2)
        #expect(throws: TurnRefusal.tooManyTurns(limit: 2)) { try rig.runner.start(rig.request(), on: rig.runner.newStream(for: nil)) }
        gate.open()
        for stream in streams { _ = await stream.waitUntilEnded() }
        _ = try await rig.run([.text("a")])
        #expect(rig.runner.runningCount == 0)
    }

    @Test func aModelThatIsNotThere() async throws {
        #expect(throws: TurnRefusal.noSuchModel("other")) {
            try rig.runner.start(rig.request(model: "other"), on: rig.runner.newStream(for: nil))
        }
        #expect(rig.runner.runningCount == 0)
    }

    // MARK: Stopped

    @Test(arguments: [TurnMachine.StopReason.stopped, .interrupted])
    func stoppedInTheMiddle(reason: TurnMachine.StopReason) async throws {
        let stream = rig.runner.newStream(for: nil)
        rig.models.answer(with: ScriptedModel([.text("half "), .run { [rig] in await rig.stop(stream.sessionID, reason) }, .text("never")]))
        let turn = try await rig.run(rig.request(), on: stream)
        try await rig.expectKept(turn)
        #expect(turn.text == "half ")
        #expect(turn.finishReason == (reason == .stopped ? .stopped : .interrupted))
        #expect(try await rig.entries(of: turn)?.message?.status == (reason == .stopped ? .stopped : .interrupted))
        #expect(try await rig.row(of: stream.sessionID)?.runningTurnID == nil)
    }

    @Test func stoppedWhileSourcesAreSought() async throws {
        let stream = rig.runner.newStream(for: nil)
        rig.library.beforeEachSearch { [rig] in await rig.stop(stream.sessionID) }
        rig.models.answer(with: ScriptedModel([.text("never")]))
        let turn = try await rig.run(rig.request(.documents(.init())), on: stream)
        try await rig.expectKept(turn)
        #expect(turn.text.isEmpty)
        #expect(turn.finishReason == .stopped)
    }

    @Test func theFirstReasonCounts() async throws {
        let stream = rig.runner.newStream(for: nil)
        rig.models.answer(
            with: ScriptedModel([
                .run { [rig] in
                    await rig.stop(stream.sessionID, .stopped)
                    await rig.stop(stream.sessionID, .interrupted)
                }
            ]))
        #expect(try await rig.run(rig.request(), on: stream).finishReason == .stopped)
    }

    // MARK: Failed

    @Test(arguments: [0, 3, 6])
    func aProviderThatFailsAtAPiece(number: Int) async throws {
        var steps = (0..<6).map { ScriptedModel.Step.text("\($0)") }
        steps.insert(.fail(failure), at: number)
        let turn = try await rig.run(steps)
        try await rig.expectKept(turn)
        #expect(turn.text == "012345".prefix(number))
        #expect(turn.failure == failure)
        #expect(rig.outcomes.all == [.failed])
    }

    @Test func anErrorThatNobodyKnowsIsNotTold() async throws {
        let turn = try await rig.run([.fail(ScriptedLibrary.NotScripted())])
        try await rig.expectKept(turn)
        #expect(turn.failure?.code == "internal_error")
        #expect(turn.failure?.message.contains("NotScripted") == false)
    }

    @Test func aSearchThatFails() async throws {
        rig.library.beforeEachSearch { throw RetrievalError.noSuchCollection }
        let turn = try await rig.run([.text("never")], .documents(.init()))
        try await rig.expectKept(turn)
        #expect(turn.failure?.code == "not_found")
        #expect(turn.text.isEmpty)
    }
}
