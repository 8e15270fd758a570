import Retrieval
import SearchIndex
import Testing

@testable import Generation

/// Sentences of nearly the same words that say different things.
struct SpecificsTests {
    private let analyzer = Analyzer()

    private func specifics(_ text: String) -> Specifics {
        let words = analyzer.words(text)
        return Specifics(words: words, terms: analyzer.terms(text), figures: Figures(text, words: words))
    }

    @Test(arguments: [
        ("Days are carried over until 31 May.", "Days are carried over until 31 March.", true),
        ("Overtime is paid at 175 % on weekdays and at 140 % on Sundays.", "Overtime is paid at 140 % on weekdays and at 175 % on Sundays.", true),
        ("On Sundays it is 175 %, on weekdays 140 %.", "It is 140 % on weekdays and 175 % on Sundays.", false),
        ("Employees under 55 have 31 days.", "Employees over 55 have 31 days.", true),
        ("Flights are allowed only below 700 km.", "Flights are allowed only above 700 km.", true),
        ("There are 27 weeks of leave a year.", "There are 27 days of leave a year.", true),
        ("It is paid once a month.", "It is paid once a year.", true),
        ("They must work from home.", "They may work from home.", true),
        ("It is unpaid leave.", "It is paid leave.", true),
        ("It begins in March or May.", "It begins in March.", false),
        ("It begins in March.", "It begins in March or May.", false),
        ("It may begin in March.", "It begins in March.", false),
        ("Hold it for ten seconds.", "Hold it for ten seconds, not for a minute.", false),
        ("", "", false),
    ])
    func areTold(claim: String, sentence: String, exclude: Bool) {
        #expect(specifics(claim).exclude(specifics(sentence)) == exclude)
        #expect(specifics(sentence).exclude(specifics(claim)) == exclude)
    }

    /// By words alone, as without an embedding model.
    @Test(arguments: [
        ("Days are carried over until 31 May.", "Days are carried over until 31 March."),
        ("Employees under 55 have 31 days.", "Employees over 55 have 31 days."),
        ("They must work from home.", "They may work from home."),
    ])
    func aCitationOfTheOtherIsNotVerified(claim: String, sentence: String) {
        let scorer = SupportScorer([SampleSources.source(1, sentence)])
        #expect(scorer.support(of: scorer.claim(claim), bySource: 0)?.score ?? 1 < SupportJudge.enough)
        #expect(scorer.support(of: scorer.claim(sentence), bySource: 0)?.score == 1)
    }
}
