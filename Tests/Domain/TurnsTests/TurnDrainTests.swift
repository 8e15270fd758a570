import Conversation
import Logging
import ServiceLifecycle
import Testing
import Turns
import TurnsTesting

/// The server is told to end while turns run.
@Suite(.timeLimit(.minutes(2)))
struct TurnDrainTests {
    /// Tells when its group runs: a group that is told to end before that never begins.
    private struct Started: Service {
        let gate: Gate

        func run() async throws {
            gate.open()
            try? await gracefulShutdown()  // reason: cancellation means the same
        }
    }

    /// Runs the runner as the server does, and tells it to end.
    private func shutDown(_ runner: TurnRunner) async -> Task<Void, any Error> {
        let started = Gate()
        let group = ServiceGroup(
            services: [runner, Started(gate: started)], logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let running = Task { try await group.run() }
        await started.wait()
        await group.triggerGracefulShutdown()
        while !runner.isDraining { await Task.yield() }
        return running
    }

    /// A turn that has shown `half` and waits.
    private func begin(_ rig: TurnRig, _ gate: Gate) async throws -> TurnStream {
        let stream = rig.runner.newStream(for: nil)
        rig.models.answer(with: ScriptedModel([.text("half"), .run { await gate.wait() }, .text(" and half")]))
        _ = try rig.runner.start(rig.request(), on: stream)
        while stream.text.isEmpty { await Task.yield() }
        return stream
    }

    @Test func runningTurnsMayFinishAndNoOtherBegins() async throws {
        let rig = TurnRig { $0.drainGrace = .seconds(3600) }
        let gate = Gate()
        let streams = [try await begin(rig, gate), try await begin(rig, gate)]
        let running = await shutDown(rig.runner)
        #expect(throws: TurnRefusal.draining) { try rig.runner.start(rig.request(), on: rig.runner.newStream(for: nil)) }
        #expect(rig.runner.runningCount == 2)
        gate.open()
        try await running.value
        for stream in streams {
            let turn = FinishedTurn(stream: stream, events: await stream.waitUntilEnded())
            try await rig.expectKept(turn)
            #expect(turn.text == "half and half")
            #expect(turn.finishReason == .stop)
        }
    }

    @Test func afterTheGraceTurnsAreInterrupted() async throws {
        let rig = TurnRig { $0.drainGrace = .zero }
        let stream = try await begin(rig, Gate())
        try await shutDown(rig.runner).value
        #expect(stream.hasEnded)
        let turn = FinishedTurn(stream: stream, events: await stream.waitUntilEnded())
        try await rig.expectKept(turn)
        #expect(turn.text == "half")
        #expect(turn.finishReason == .interrupted)
        #expect(rig.outcomes.all == [.interrupted])
    }

    @Test func withoutTurnsThereIsNothingToWaitFor() async throws {
        let rig = TurnRig { $0.drainGrace = .seconds(3600) }
        try await shutDown(rig.runner).value
        #expect(rig.runner.isDraining)
    }

    @Test func aRunnerThatIsCancelledInterruptsAtOnce() async throws {
        let rig = TurnRig { $0.drainGrace = .seconds(3600) }
        let stream = try await begin(rig, Gate())
        let running = Task { [runner = rig.runner] in try await runner.run() }
        running.cancel()
        try await running.value
        let turn = FinishedTurn(stream: stream, events: await stream.waitUntilEnded())
        try await rig.expectKept(turn)
        #expect(turn.finishReason == .interrupted)
    }
}
