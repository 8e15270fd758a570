import SearchIndex
import Testing

@testable import Generation

/// What is read out of a sentence beside its words' meanings.
struct WordingTests {
    private let analyzer = Analyzer()

    private func figures(_ text: String) -> Figures { Figures(text, words: analyzer.words(text)) }

    @Test(arguments: [
        ("1,000 men", ["1000"]), ("5.0 mg", ["5"]), ("three or 12", ["3", "12"]), ("0·50 of 007", ["0.5", "7"]), ("v1.2.3", []), ("CD4 cells", []),
        ("10, 20 and 30.", ["10", "20", "30"]), ("5.0mg", ["5"]), ("", []), (".5", []), ("99%", ["99"]),
    ])
    func quantitiesAreValues(text: String, values: [String]) { #expect(figures(text).quantities == Set(values)) }

    @Test func numbersOfNamesAreNoQuantities() {
        let found = figures("IL-6, OCT3/4 and 6PGD, but not -7 or p = 8")
        #expect(found.named == ["6", "4"])
        #expect(found.mixed == ["3", "6"])
        #expect(found.quantities == ["7", "8"])
        #expect(found.runs == ["6", "3", "4", "7", "8"])
    }

    @Test func whatIsMissing() {
        #expect(figures("IL-6 rose by 5%").areMissing(from: figures("IL-6 rose by 4%")))
        #expect(!figures("IL-6 rose by five").areMissing(from: figures("IL6 rose by 5.0")))
        #expect(figures("IL-6").areMissing(from: figures("IL-8")))
        #expect(figures("HbA1c").areMissing(from: figures("HbA2")))
        #expect(!figures("no figures").areMissing(from: figures("5")))
    }

    @Test func smallQuantitiesMayBeForeign() {
        #expect(!figures("12 men").areForeign(to: []))
        #expect(figures("13 men").areForeign(to: ["12"]))
        #expect(!figures("13.5 men").areForeign(to: ["13"]))
        #expect(figures("6PGD").areForeign(to: []))
    }

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
    ])
    func claimsEndInOneWay(sentence: String, text: String) {
        #expect(ClaimText.text(Array(sentence.unicodeScalars)).trimmed == text.trimmed)
    }
}

extension String {
    fileprivate var trimmed: String { split(separator: " ").joined(separator: " ") }
}
