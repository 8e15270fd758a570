import Conversation
import Generation
import TestSupport
import Testing

/// Answers made of the sources' own sentences.
struct ExtractiveAnswererTests {
    private func answer(_ question: String, _ sources: [Source]) async throws -> (pieces: [String], end: GenerationEnd) {
        var pieces: [String] = []
        let end = try await ExtractiveAnswerer().generate(GenerationRequest(model: nil, messages: [], question: question, sources: sources)) {
            for case .text(let text) in $0 { pieces.append(text) }
        }
        return (pieces, end)
    }

    private func randomQuestion(_ random: inout SeededRandom) -> String {
        let sentence = SampleSources.sentences.randomElement(using: &random) ?? ""
        return sentence.split(separator: " ").shuffled(using: &random).prefix(4).joined(separator: " ")
    }

    @Test(arguments: ["[1–3]", "[1-3]", "[4; 5]", "【2】", "【2†passage】", "[12]"])
    func referencesOfASourceAreNoMarkers(reference: String) async throws {
        let text = "The tall loquat tree was shown before \(reference) in gardens."
        let answer = try await answer("How tall is the loquat tree?", [SampleSources.source(1, text)])
        let inside = reference.dropFirst().dropLast()
        #expect(answer.pieces.joined() == "The tall loquat tree was shown before (\(inside)) in gardens [1].")
    }

    @Test(arguments: 0..<200 as Range<UInt64>)
    func eachSentenceNamesASourceThatHoldsIt(seed: UInt64) async throws {
        var random = SeededRandom(seed: seed)
        let sources = SampleSources.random(&random)
        let pieces = try await answer(randomQuestion(&random), sources).pieces
        #expect((1...4).contains(pieces.count))
        guard pieces != [ExtractiveAnswerer.noAnswer] else { return }
        for piece in pieces {
            let match = try #require(piece.wholeMatch(of: /\ ?(.+) \[(\d+)\][^\w\[\]]+/), "\(piece)")
            let number = try #require(Int(match.2))
            let source = try #require(sources.first { $0.number == number })
            // A bracketed number of the source itself would be taken for a marker.
            let content = source.content.collapsed.replacing(/\[(\d+)\]/) { "(\($0.1))" }
            #expect(content.contains(match.1), "seed \(seed): \(piece)")
            #expect(piece.matches(of: /\[[0-9, ]+\]/).count == 1, "\(piece)")
        }
    }

    /// What it quotes holds, however it is cut on its way.
    @Test(arguments: 0..<200 as Range<UInt64>)
    func itsCitationsAreVerified(seed: UInt64) async throws {
        var random = SeededRandom(seed: seed)
        let sources = SampleSources.random(&random)
        let text = try await answer(randomQuestion(&random), sources).pieces.joined()
        guard text != ExtractiveAnswerer.noAnswer else { return }
        var checker = CitationChecker(sources: sources, asksForEvidence: true)
        var outputs = text.pieces(&random).flatMap { checker.feed($0) }
        outputs += checker.finish()
        #expect(checker.need == nil, "what is quoted costs no evidence: \(text)")
        var shown = ""
        for output in outputs {
            switch output {
            case .text(let piece): shown += piece
            case .citation(let citation): #expect(citation.status == .verified, "seed \(seed): \(text)")
            }
        }
        #expect(shown == text)
    }

    @Test(arguments: ["", "the of and", "bananas"])
    func whatTheSourcesDoNotHoldIsSaid(question: String) async throws {
        let (pieces, end) = try await answer(question, SampleSources.sentences.enumerated().map { SampleSources.source($0 + 1, $1) })
        #expect(pieces == [ExtractiveAnswerer.noAnswer])
        #expect(end.finishReason == .stop)
        #expect(try await answer(question, []).pieces == [ExtractiveAnswerer.noAnswer])
    }

    @Test func sentencesAreInTheSourcesOrderAndNotRepeated() async throws {
        let sources = [
            SampleSources.source(1, "The reset button is red. Hold the reset button for ten seconds. Unrelated words stand here."),
            SampleSources.source(2, "Hold the reset button for ten seconds. Press reset and the button blinks."),
        ]
        let text = try await answer("reset button", sources).pieces.joined()
        #expect(
            text == "The reset button is red [1]. Hold the reset button for ten seconds [1]. Press reset and the button blinks [2].")
    }

    @Test func aBacktickThatClosesNothingHidesNoMarker() async throws {
        let source = SampleSources.source(
            1, "Press ` to open the console window. Press ` again to close the console window. Use `wipe` in the console.")
        let text = try await answer("console window", [source]).pieces.joined()
        #expect(text.hasPrefix("Press ' to open the console window [1]. Press ' again to close the console window [1]."))
    }

    @Test func theTokensAreEstimatedAsPromptsAre() async throws {
        let source = SampleSources.source(1, "Hold the reset button for ten seconds.")
        let (pieces, end) = try await answer("reset?", [source])
        #expect(pieces == ["Hold the reset button for ten seconds [1]."])
        let read = PromptBudget.tokens(in: "reset?") + PromptBudget.tokens(in: source.content)
        #expect(end.usage == TokenUsage(promptTokens: read, completionTokens: PromptBudget.tokens(in: source.content)))
        #expect(end.model == ExtractiveAnswerer.modelName)
        #expect(!ExtractiveAnswerer().readsMessages)
    }

    @Test func whoTakesThePiecesMayEndIt() async {
        struct Enough: Error {}
        let sources = SampleSources.sentences.enumerated().map { SampleSources.source($0 + 1, $1) }
        let request = GenerationRequest(model: nil, messages: [], question: "reset button", sources: sources)
        await #expect(throws: Enough.self) { try await ExtractiveAnswerer().generate(request) { _ in throw Enough() } }
    }

    @Test func aStoppedTurnGetsNoMore() async {
        let source = SampleSources.source(1, "Hold the reset button for ten seconds.")
        let request = GenerationRequest(model: nil, messages: [], question: "reset", sources: [source])
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await ExtractiveAnswerer().generate(request) { _ in Issue.record("a piece came") }
        }
        await #expect(throws: CancellationError.self) { _ = try await task.value }
    }
}
