import SearchIndex
import Testing

@testable import Retrieval

/// The digits of a text, as claims are compared by them.
struct FiguresTests {
    private let analyzer = Analyzer()

    private func figures(_ text: String) -> Figures { Figures(text, words: analyzer.words(text)) }

    @Test(arguments: [
        ("1,000 men", ["1000"]), ("5.0 mg", ["5"]), ("three or 12", ["3", "12"]), ("0·50 of 007", ["0.5", "7"]), ("v1.2.3", []), ("CD4 cells", []),
        ("10, 20 and 30.", ["10", "20", "30"]), ("5.0mg", ["5"]), ("", []), (".5", []), ("99%", ["99"]),
        ("1,2,3", ["1", "2", "3"]), ("1,234,567", ["1234567"]), ("12345,678", ["12345", "678"]), ("-20 °C (−3)", ["-20", "-3"]), ("5-7", ["5", "7"]),
    ])
    func quantitiesAreValues(text: String, values: [String]) { #expect(figures(text).quantities == Set(values)) }

    @Test func numbersOfNamesAreNoQuantities() {
        let found = figures("IL-6, OCT3/4 and 6PGD, but not -7 or p = 8")
        #expect(found.named == ["6", "4"])
        #expect(found.mixed == ["3", "6"])
        #expect(found.quantities == ["-7", "8"])
        #expect(found.runs == ["6", "3", "4", "7", "-7", "8"])
    }

    @Test func whatIsMissing() {
        #expect(figures("IL-6 rose by 5%").areMissing(from: figures("IL-6 rose by 4%")))
        #expect(!figures("IL-6 rose by five").areMissing(from: figures("IL6 rose by 5.0")))
        #expect(figures("IL-6").areMissing(from: figures("IL-8")))
        #expect(figures("HbA1c").areMissing(from: figures("HbA2")))
        #expect(!figures("no figures").areMissing(from: figures("5")))
        #expect(figures("at -20 °C").areMissing(from: figures("at 20 °C")))
        #expect(!figures("Use seal A-052.").areMissing(from: figures("Use seal A-052.")))
    }

    @Test func smallQuantitiesMayBeForeign() {
        #expect(!figures("12 men").areForeign(to: []))
        #expect(figures("13 men").areForeign(to: ["12"]))
        #expect(!figures("13.5 men").areForeign(to: ["13"]))
        #expect(figures("6PGD").areForeign(to: []))
        for text in ["two million people", "1,000 euros", "seal A-052", "at -20 °C"] { #expect(!figures(text).areForeign(to: figures(text).runs)) }
        #expect(figures("at -20 °C").areForeign(to: figures("at 20 °C").runs))
    }
}

/// Words that turn a claim round.
struct NegationTests {
    @Test(arguments: [("It does not work.", 1), ("It works.", 0), ("It doesn't, and never will.", 2), ("Without a knot, nothing.", 2)])
    func areCounted(text: String, count: Int) {
        let words = Analyzer().words(text)
        #expect(Negations.count(in: words) == count)
        #expect(Negations.negate(words, in: text) == (count == 1))
    }

    @Test(arguments: [
        ("No, the warranty covers batteries.", false), ("No, the warranty does not cover batteries.", true), ("No. It is covered.", false),
        ("“No” – it is covered.", false), ("No battery is covered.", true), ("No. 5 is covered.", true), ("No.", true), ("No, 5 are not.", false),
        ("Nothing, then, is covered.", true),
    ])
    func aNoThatOnlyAnswersTurnsNothing(text: String, negates: Bool) {
        #expect(Negations.negate(Analyzer().words(text), in: text) == negates)
    }

    @Test func absenceMayDeny() {
        let words = Analyzer().words("The lack of iron is no matter.")
        #expect(Negations.count(in: words) == 1 && Negations.count(in: words, countsAbsence: true) == 2)
    }
}
