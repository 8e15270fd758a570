import Conversation
import Testing

@testable import Generation

/// How far a source supports a sentence.
struct SupportScorerTests {
    private static let enough = SupportJudge.enough

    private func support(_ claim: String, by content: String) throws -> SupportScorer.Support {
        let scorer = SupportScorer([SampleSources.source(1, content)])
        return try #require(scorer.support(of: scorer.claim(claim), bySource: 0))
    }

    @Test func theSourcesOwnSentenceIsSupportedWholly() throws {
        for sentence in SampleSources.sentences { #expect(try support(sentence, by: sentence).score == 1, "\(sentence)") }
    }

    @Test func wordsInAnotherOrderAndFormCount() throws {
        #expect(try support("Ten seconds is how long to hold it.", by: "Holding it for ten seconds is long.").score == 1)
    }

    @Test func whatTheSourceDoesNotSpeakOfHasNoSupport() throws {
        #expect(try support("Bananas are yellow.", by: "Hold the reset button.").score == 0)
        #expect(try support("The of and.", by: "Hold the reset button.").score == 0)
    }

    @Test(arguments: [("10", "20"), ("2.4", "2.5"), ("443", "44"), ("2025", "2026")])
    func anotherNumberIsAnotherClaim(written: String, real: String) throws {
        let source = "The small blue router needs \(real) watts of power at night."
        #expect(try support("The small blue router needs \(real) watts of power at night.", by: source).score == 1)
        #expect(try support("The small blue router needs \(written) watts of power at night.", by: source).score < Self.enough)
    }

    @Test func aNumberOfAnotherSentenceOfThePassageIsNoOtherNumber() throws {
        let content = "The router was made in 2025. It needs ten watts."
        #expect(try support("The router was made in 2025 and needs ten watts.", by: content).score >= Self.enough)
    }

    @Test(arguments: [
        ("The reset does not erase rules.", "The reset erases rules."), ("The reset erases rules.", "The reset never erases rules."),
        ("Rules weren’t erased by the reset.", "Rules were erased by the reset."), ("It can't erase rules.", "It can erase rules."),
        ("The reset erases no rules.", "The reset erases rules."), ("Rules cannot be erased.", "Rules can be erased."),
        ("The reset shouldn't erase rules.", "The reset should erase rules."),
    ])
    func theOppositeIsAnotherClaim(claim: String, source: String) throws {
        #expect(try support(claim, by: source).score < Self.enough)
        #expect(try support(claim, by: claim).score == 1)
    }

    @Test func theBestSentenceIsQuoted() throws {
        let content = "The light blinks. Hold the reset button for ten seconds. Done."
        let range = try support("Hold the reset button for ten seconds.", by: content).range
        #expect(String(String.UnicodeScalarView(Array(content.unicodeScalars)[range])) == "Hold the reset button for ten seconds.")
    }

    /// Files of Windows end their lines with two characters.
    @Test func aHeadingIsNoPartOfTheQuoteWhateverEndsItsLine() throws {
        for newline in ["\n", "\r\n", "\r"] {
            let content = ["Warranty", "", "The pump is covered for two years.", ""].joined(separator: newline)
            let range = try support("The pump is covered for two years.", by: content).range
            let quote = String(String.UnicodeScalarView(Array(content.unicodeScalars)[range]))
            #expect(quote == "The pump is covered for two years.")
        }
    }

    @Test func aSourceWithoutSentencesSupportsNothing() {
        let scorer = SupportScorer([SampleSources.source(1, " \n ")])
        #expect(scorer.support(of: scorer.claim("Anything at all."), bySource: 0) == nil)
    }
}
