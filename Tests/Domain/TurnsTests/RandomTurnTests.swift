import Conversation
import Generation
import JSON
import TestSupport
import Testing
import Turns
import TurnsTesting

/// Turns of random scripts, in which anything may fail at any time.
@Suite(.timeLimit(.minutes(5)))
struct RandomTurnTests {
    private static let words = [
        "Hold the reset button for ten seconds", " [1]", "[2]", ".", " ", "\n\n", "- ", "The light blinks twice [1].", "[", "9]", "`a[0]`", "🍊",
        "\u{301}", "Keep the reboot key down for ten moments",
    ]
    private static let failure = TurnFailure(code: "provider_error", message: "gone", retryable: true)

    private func pieces(_ random: inout SeededRandom) -> [GenerationPiece] {
        (0..<Int.random(in: 0...3, using: &random)).map { _ in
            switch Int.random(in: 0..<8, using: &random) {
            case 0: .chunk(SampleEvents.chunk(&random))
            case 1: .text("")
            default: .text(Self.words.randomElement(using: &random) ?? "")
            }
        }
    }

    private enum StopPlace: CaseIterable {
        case nowhere, search, append, model, words
    }

    @Test(arguments: 0..<600 as Range<UInt64>)
    func whatWasShownIsKeptOrTheTurnHasFailed(seed: UInt64) async throws {
        var random = SeededRandom(seed: seed)
        func chance(of number: Int) -> Bool { Int.random(in: 0..<number, using: &random) == 0 }
        let room = chance(of: 3) ? Int.random(in: 0...5, using: &random) : .max
        let words = chance(of: 2) ? ScriptedWords() : nil
        let rig = TurnRig(spoolRoom: room, words: words)
        let stream = rig.runner.newStream(for: nil)
        let reason = chance(of: 2) ? TurnMachine.StopReason.stopped : .interrupted
        let place = chance(of: 2) ? StopPlace.nowhere : StopPlace.allCases.randomElement(using: &random)
        let failing = chance(of: 4) ? EventKind.allCases.randomElement(using: &random) : nil
        let stopsAt = EventKind.allCases.randomElement(using: &random)
        rig.beforeAppends { kinds in
            if place == .append, let stopsAt, kinds.contains(stopsAt) { rig.runner.runningTurn(of: stream.sessionID)?.stop(reason) }
            if let failing, kinds.contains(failing) { throw LogError.full }
        }
        let losesWords = chance(of: 4)
        words?.beforeEach {
            if losesWords { throw Self.failure }
            if place == .words { await rig.stop(stream.sessionID, reason) }
        }
        if place == .search { rig.library.beforeEachSearch { await rig.stop(stream.sessionID, reason) } }

        var steps = (0..<Int.random(in: 0...6, using: &random)).map { _ in ScriptedModel.Step.pieces(pieces(&random)) }
        if place == .model {
            let step = ScriptedModel.Step.run { await rig.stop(stream.sessionID, reason) }
            steps.insert(step, at: Int.random(in: 0...steps.count, using: &random))
        }
        let fails = chance(of: 4)
        if fails { steps.insert(.fail(Self.failure), at: Int.random(in: 0...steps.count, using: &random)) }
        rig.models.answer(with: ScriptedModel(steps, heedsCancellation: !chance(of: 4)))

        let isLogged = !chance(of: 8)
        let turn = try await rig.run(rig.request(chance(of: 3) ? .passThrough([:]) : .documents(.init()), isLogged: isLogged), on: stream)
        try await rig.expectKept(turn, isLogged: isLogged, "seed \(seed)")
        #expect(rig.outcomes.all.count == 1, "seed \(seed)")
        if let failure = turn.failure {
            let isExplained = failure == Self.failure ? fails : isLogged && (room < .max || failing != nil)
            #expect(isExplained, "seed \(seed): \(failure)")
        } else {
            #expect(turn.finishReason == .stop || place != .nowhere, "seed \(seed)")
        }
    }

    /// Whoever comes and goes while the turn runs sees the same events.
    @Test(arguments: 0..<40 as Range<UInt64>)
    func watchersThatComeAndGoSeeTheSame(seed: UInt64) async throws {
        var random = SeededRandom(seed: seed)
        let rig = TurnRig()
        let stream = rig.runner.newStream(for: nil)
        let steps = (0..<20).flatMap { _ -> [ScriptedModel.Step] in [.pieces(pieces(&random)), .run { await Task.yield() }] }
        rig.models.answer(with: ScriptedModel(steps))
        let watchers = (0..<10).map { _ in Task { await Self.watch(stream) } }
        let turn = try await rig.run(rig.request(.documents(.init())), on: stream)
        try await rig.expectKept(turn, "seed \(seed)")
        for watcher in watchers { #expect(await watcher.value == turn.events, "seed \(seed)") }
    }

    /// Takes one event at a time, as a slow reader may.
    private static func watch(_ stream: TurnStream) async -> [TurnEvent] {
        var seen: [TurnEvent] = []
        while true {
            switch await stream.next(after: seen.count) {
            case .events(let events): seen += events.prefix(1)
            case .idle: break
            case .ended: return seen
            }
        }
    }
}
