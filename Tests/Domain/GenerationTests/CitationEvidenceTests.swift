import Conversation
import Testing

@testable import Generation

/// Citations of sentences that say in other words what a source says.
struct CitationEvidenceTests {
    private static let sources = [
        SampleSources.source(1, "Hold the reset button for ten seconds. The light blinks twice."),
        SampleSources.source(2, "Forwarding rules survive a soft reset of the router for ten years."),
    ]
    private static let paraphrase = "Keep the reboot key down for ten moments"

    private struct Checked {
        var text = ""
        var citations: [Citation] = []
        var needs: [CitationEvidence.Need] = []
    }

    private func check(
        _ answer: String, of sources: [Source] = sources, _ evidence: (CitationEvidence.Need) -> CitationEvidence = SampleEvidence.answer
    ) -> Checked {
        var checker = CitationChecker(sources: sources, asksForEvidence: true)
        var checked = Checked()
        func add(_ outputs: [CitationChecker.Output]) {
            for output in outputs {
                switch output {
                case .text(let text): checked.text += text
                case .citation(let citation): checked.citations.append(citation)
                }
            }
        }
        add(checker.feed(answer))
        add(checker.finish())
        while let need = checker.need {
            checked.needs.append(need)
            add(checker.supply(evidence(need)))
        }
        return checked
    }

    @Test func otherWordsForTheSameHold() throws {
        let checked = check("\(Self.paraphrase) [1].")
        #expect(checked.text == "\(Self.paraphrase) [1].")
        #expect(checked.citations.map(\.status) == [.verified])
        #expect(checked.citations.first?.quote?.text == "Hold the reset button for ten seconds.")
        #expect(try #require(checked.citations.first).support > SupportJudge.enough)
        // Once for the claim and the source, and not again at the sentence's end.
        #expect(checked.needs.map(\.texts) == [["\(Self.paraphrase).", "Hold the reset button for ten seconds.", "The light blinks twice.", "T"]])
        #expect(checked.needs.first?.terms.contains("reboot") == true)
    }

    @Test func aMarkerIsMovedToTheSourceThatSaysIt() {
        let checked = check("\(Self.paraphrase) [2].")
        #expect(checked.text == "\(Self.paraphrase) [1].")
        #expect(checked.citations.map(\.status) == [.repaired])
        #expect(checked.citations.first?.citedNumber == 2)
    }

    /// What one source supports somewhat another may say outright.
    @Test func aMarkerIsMovedToTheSourceThatSaysItBetter() {
        let somewhat = SampleSources.source(2, "Hold the reset button of ten machines in an old harbour.")
        let alone = check("\(Self.paraphrase) [1].", of: [somewhat])
        #expect(alone.citations.map(\.status) == [.verified])
        let beside = check("\(Self.paraphrase) [2].", of: [Self.sources[0], somewhat])
        #expect(beside.citations.map(\.status) == [.repaired] && beside.text == "\(Self.paraphrase) [1].")
        let right = check("\(Self.paraphrase) [1].", of: [Self.sources[0], somewhat])
        #expect(right.citations.map(\.status) == [.verified] && right.text == "\(Self.paraphrase) [1].")
    }

    @Test func aSentenceWithoutMarkerIsGivenItsSource() {
        let checked = check("\(Self.paraphrase). Ten bananas are yellow fruit that grow in warm places.")
        #expect(checked.citations.map(\.number) == [1, nil])
    }

    @Test func whatIsQuotedNeedsNoEvidence() {
        let checked = check("Hold the reset button for ten seconds [1]. The light blinks twice [1]. The router's rules survive.")
        #expect(checked.needs.isEmpty)
        #expect(checked.citations.map(\.status) == [.verified, .verified, .verified])
    }

    @Test func wordsAloneDecideWhereNothingIsFoundOut() {
        let checked = check("\(Self.paraphrase) [1]. \(Self.paraphrase) [1]. The light blinks twice [1].") { _ in .none }
        #expect(checked.text == "\(Self.paraphrase) [1]. \(Self.paraphrase) [1]. The light blinks twice [1].")
        #expect(checked.citations.map(\.status) == [.unverified, .unverified, .verified])
        #expect(checked.needs.count == 1)
    }

    @Test func textWaitsFromTheMarkerOn() {
        var checker = CitationChecker(sources: Self.sources, asksForEvidence: true)
        #expect(checker.feed("\(Self.paraphrase) [1] and") == [.text("\(Self.paraphrase) ")])
        #expect(checker.need != nil)
        #expect(checker.feed(" more") == [])
        guard let need = checker.need else { return }
        #expect(checker.supply(SampleEvidence.answer(need)) == [.text("[1] and more")])
        #expect(checker.need == nil)
        #expect(checker.feed(".") == [.text(".")])
    }

    @Test func whoeverStopsAskingGetsTheRest() {
        var checker = CitationChecker(sources: Self.sources, asksForEvidence: true)
        _ = checker.feed("\(Self.paraphrase) [1]. And more")
        #expect(checker.need != nil)
        var outputs = checker.stopAsking()
        #expect(checker.need == nil)
        outputs += checker.finish()
        #expect(outputs.contains(.text("[1].")) || outputs.contains(.text("[1]. And more")) || outputs.contains(.text("[1]. ")))
        #expect(outputs.count { if case .citation = $0 { true } else { false } } == 2)
        #expect(checker.need == nil)
    }

    @Test func longSourcesAreJudgedByTheirWords() {
        let long = SampleSources.source(1, (0..<400).map { "Word\($0) stands here now." }.joined(separator: " "))
        var checker = CitationChecker(sources: [long], asksForEvidence: true)
        _ = checker.feed("Something quite different was told today [1].")
        _ = checker.finish()
        #expect(checker.need == nil)
    }
}
