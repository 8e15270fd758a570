import SearchIndex
import Testing

@testable import Generation

/// What is read out of a sentence beside its words' meanings.
struct WordingTests {
    private let analyzer = Analyzer()

    @Test(arguments: [
        ("We aimed to test it.", true), ("To determine the dose, rats were fed.", true), ("It is not known why.", true), ("Does it help?", true),
        ("We have measured it.", true), ("The hypothesis holds.", true), ("It remains to be seen.", true), ("Aspirin lowers fever.", false),
        ("We found more.", false), ("It was measured.", false), ("", false), ("we", false),
    ])
    func purposeIsTold(text: String, states: Bool) { #expect(Wording(text, analyzer).statesPurpose == states) }

    @Test(arguments: [
        ("Memory cells express it.", "Memory, but not naive, cells express it.", false),
        ("Memory cells express it.", "Memory cells do not express it.", true),
        ("Cells never grow without it.", "Cells grow with it.", false), ("Cells don't grow.", "Cells grow.", true),
        ("Cells grow.", "Cells grow (no rats were used).", false), ("Cells grow.", "No change: cells grow.", false),
    ])
    func theOppositeIsTold(claim: String, sentence: String, isOpposed: Bool) {
        #expect(Wording(claim, analyzer).isOpposed(to: Wording(sentence, analyzer)) == isOpposed)
    }

    @Test(arguments: [
        ("Hold it", "Hold it."), (" - **Hold** it !? ", "  Hold  it!?"), ("Hold it .", "Hold it."), ("", ""), (" ... ", ""), ("What?", "What?"),
        ("2. Press it", "Press it."), ("12) press it", "press it."), ("2.5 bar", "2.5 bar."), ("3 bar", "3 bar."), ("2.", "2."),
    ])
    func claimsEndInOneWay(sentence: String, text: String) {
        #expect(ClaimText.text(Array(sentence.unicodeScalars)).trimmed == text.trimmed)
    }
}

extension String {
    fileprivate var trimmed: String { split(separator: " ").joined(separator: " ") }
}
