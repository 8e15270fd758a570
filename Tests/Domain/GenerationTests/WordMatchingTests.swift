import Retrieval
import SearchIndex
import Testing

@testable import Generation

/// How well words match by their meanings.
struct WordMatchingTests {
    private let analyzer = Analyzer()

    private func best(
        _ claim: String, _ sentences: [String], title: String = "", weights: [String: Double] = [:], areRecords: Bool = false
    ) -> (sentence: Int, score: Double)? {
        let passage = WordMatching.Passage(
            sentences: sentences.map { SampleEvidence.vectors($0).vectors }, title: title.isEmpty ? nil : SampleEvidence.vectors(title).vectors,
            wordings: sentences.map { Wording($0, analyzer) }, titleRuns: Wording(title, analyzer).figures.runs,
            isOfRecords: areRecords)
        let claim = WordMatching.Claim(SampleEvidence.vectors(claim), weights: weights, wording: Wording(claim, analyzer), analyzer)
        return WordMatching(claim: claim, passage: passage).best()
    }

    @Test func theSentenceItselfMatchesWholly() throws {
        let found = try #require(best("Hold the reset button.", ["The light blinks.", "Hold the reset button.", "Done."]))
        #expect(found.sentence == 1 && found.score > 0.999)
    }

    @Test func aTitleAndNeighboursFillWhatASentenceLeavesOut() throws {
        let sentences = ["The router restarts quickly.", "Rules survive.", "Nothing more was seen."]
        let claim = "Router rules survive in winter."
        let (alone, titled) = (try #require(best(claim, sentences)), try #require(best(claim, sentences, title: "Winter in the north")))
        #expect(alone.sentence == 1 && titled.sentence == 1 && titled.score > alone.score)
        #expect(try #require(best(claim, [sentences[1]])).score < alone.score)
    }

    @Test func anotherRowSaysNothingOfThisOne() throws {
        let rows = ["country: France; hotel limit: 150 EUR", "country: Japan; hotel limit: 19,000 JPY"]
        let claim = "The hotel limit in France is 19,000 JPY."
        let (asText, asRecords) = (try #require(best(claim, rows)), try #require(best(claim, rows, areRecords: true)))
        #expect(asRecords.score < asText.score - 0.05)
        let right = try #require(best("The hotel limit in Japan is 19,000 JPY.", rows, areRecords: true))
        #expect(right.sentence == 1 && right.score > asRecords.score)
    }

    @Test func aSentenceOfPurposeIsNotWhatIsQuoted() throws {
        let sentences = ["We sought to determine whether aspirin lowers fever.", "Aspirin lowers a fever."]
        #expect(try #require(best("Aspirin lowers fever.", sentences)).sentence == 1)
        #expect(try #require(best("Aspirin lowers fever.", [sentences[0]])).sentence == 0)
    }

    @Test(arguments: [
        ("The router needs 20 watts of power at night.", "The router needs 10 watts of power at night."),
        ("The router needs no power of its own at night.", "The router needs the power of its own at night."),
    ])
    func anotherNumberOrTheOppositeIsAnotherClaim(claim: String, sentence: String) throws {
        #expect(try #require(best(claim, [sentence])).score < WordMatching.threshold)
        #expect(try #require(best(claim, [claim])).score > 0.999)
    }

    @Test func wordsThatTellMoreWeighMore() throws {
        let found = try #require(best("The router melts.", ["The router works."], weights: ["melt": 10]))
        #expect(found.score < (try #require(best("The router melts.", ["The router works."]))).score)
    }

    @Test func nothingIsComparedWithNothing() {
        #expect(best("", ["A word."]) == nil)
        #expect(best("A word.", []) == nil)
        #expect(best("A word.", [""])?.score ?? 1 < 0.1)
    }

    @Test func bothScalesMeetAtTheThreshold() {
        #expect(SupportJudge.shown(WordMatching.threshold) == SupportJudge.enough)
        #expect(SupportJudge.shown(0) == 0 && SupportJudge.shown(1) == 1)
        #expect(SupportJudge.shown(0.63) < SupportJudge.enough)
    }
}
