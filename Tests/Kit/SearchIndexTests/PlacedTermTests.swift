import SearchIndex
import TestSupport
import Testing

/// Where terms stand, and which of them a text must have that holds some words.
struct PlacedTermTests {
    private let analyzer = Analyzer()

    /// What stands in a text where its terms were found.
    private func stretches(_ text: String) -> [String] {
        let scalars = Array(text.unicodeScalars)
        return analyzer.placedTerms(text).map { placed in
            var view = String.UnicodeScalarView()
            view.append(contentsOf: scalars[placed.range])
            return String(view)
        }
    }

    @Test(
        arguments: [
            ("", []),
            ("The whales' singing", ["whales", "singing"]),
            ("  RUNNING, foxes! ", ["RUNNING", "foxes"]),
            ("don\u{2019}t panic", ["panic"]),
            ("e\u{301}clair caf\u{e9}", ["e\u{301}clair", "caf\u{e9}"]),
            ("🚀42🐋end", ["42", "end"]),
            ("Swift语言5", ["Swift", "语", "语言", "言", "5"]),
            ("x 中", ["x", "中"]),
        ] as [(String, [String])])
    func termsStandWhereTheirWordsAre(text: String, expected: [String]) {
        #expect(stretches(text) == expected)
    }

    @Test func theTermsAreThoseOfTheIndexAndEachCharacterOfARun() {
        let text = "The whales were singing 中文字 about running foxes"
        #expect(analyzer.placedTerms(text).map(\.term) == ["whale", "sing", "中", "中文", "文", "文字", "字", "run", "fox"])
        #expect(analyzer.terms(text) == ["whale", "sing", "中", "中文", "文字", "run", "fox"])
    }

    @Test(
        arguments: [
            ("the of", []),
            ("resetting passwords", ["reset", "password"]),
            ("文", ["文"]),
            ("文字", ["文字"]),
            ("中文字", ["中文", "文字"]),
            ("文 文字", ["文", "文字"]),
            ("中 文字 x", ["中", "文字", "x"]),
        ] as [(String, [String])])
    func requiredTermsLeaveOutTheBeginningsOfRuns(words: String, terms: [String]) {
        #expect(analyzer.requiredTerms(words) == terms)
    }

    /// They are compared byte by byte, so an accent must not be able to be written in two ways.
    @Test func anAccentMakesNoOtherTerm() {
        for (composed, decomposed) in [("caf\u{e9}", "CAFE\u{301}"), ("pr\u{e9}f\u{e8}re", "pre\u{301}fe\u{300}re"), ("\u{e5}r", "A\u{30a}r")] {
            #expect(Analyzer().placedTerms(composed).map { Array($0.term.utf8) } == Analyzer().placedTerms(decomposed).map { Array($0.term.utf8) })
            #expect(Analyzer().requiredTerms(composed).map { Array($0.utf8) } == Analyzer().requiredTerms(decomposed).map { Array($0.utf8) })
        }
    }

    /// Whatever stands around the words: a text that holds them has their required terms.
    @Test func aTextHasWhatItsPartsRequire() {
        var random = SeededRandom(seed: 7)
        let units = ["文", "字", "語", "a", "runs", " ", " ", "'", ".", "é", "e\u{301}", "🍈", "한", "7", "\n"]
        for _ in 0..<2_000 {
            let text = (0..<12).map { _ in units.randomElement(using: &random) ?? "" }
            let terms = Set(analyzer.placedTerms(text.joined()).map(\.term))
            // Parts that begin and end with a character of a run, or at a space: others may be parts of words.
            for (first, unit) in text.enumerated() where "文字語한".contains(unit) {
                let part = text[first...].prefix { "文字語한".contains($0) }.joined()
                #expect(terms.isSuperset(of: analyzer.requiredTerms(part)), "\(part) in \(text)")
            }
            #expect(terms.isSuperset(of: analyzer.requiredTerms(text.joined())))
        }
    }
}
