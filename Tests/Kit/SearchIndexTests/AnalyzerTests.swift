import SearchIndex
import TestSupport
import Testing

struct AnalyzerTests {
    private let analyzer = Analyzer()

    @Test(
        arguments: [
            ("", []),
            ("  \n\t ", []),
            ("One two, THREE.", ["one", "two", "three"]),
            ("it's the 42nd test—don't panic", ["it's", "the", "42nd", "test", "don't", "panic"]),
            ("don\u{2019}t", ["don't"]),
            ("'quoted' dogs'", ["quoted", "dogs"]),
            ("snake_case x+y a/b", ["snake", "case", "x", "y", "a", "b"]),
            ("CAFÉ Straße ÅNGSTRÖM", ["café", "straße", "ångström"]),
            ("Привет, МИР", ["привет", "мир"]),
            ("2026-11-21", ["2026", "11", "21"]),
            ("🚀 to 🐋", ["to"]),
            ("a\u{0}b\u{200d}c", ["a", "b", "c"]),
        ] as [(String, [String])])
    func wordsAreCutOutInLowerCase(text: String, words: [String]) {
        #expect(analyzer.words(text) == words)
    }

    @Test func composedAndDecomposedLettersAreOneWord() {
        #expect(analyzer.words("cafe\u{301}") == analyzer.words("caf\u{e9}"))
        #expect(analyzer.terms("cafe\u{301}") == analyzer.terms("caf\u{e9}"))
    }

    /// A heart in colour is a heart and a variation selector; the selector says nothing by itself.
    @Test func marksAloneAreNoWords() {
        #expect(analyzer.words("\u{2764}\u{fe0f}").isEmpty)
        #expect(analyzer.words("a \u{301} b") == ["a", "b"])
    }

    @Test func charactersWithoutSpacesBecomePairs() {
        #expect(analyzer.words("中文字") == ["中", "中文", "文字"])
        #expect(analyzer.words("Swift语言5") == ["swift", "语", "语言", "5"])
        #expect(analyzer.words("ひらカナ") == ["ひ", "ひら", "らカ", "カナ"])
        #expect(analyzer.words("한국 말") == ["한", "한국", "말"])
        #expect(analyzer.terms("中文") == ["中", "中文"])
    }

    @Test func termsAreStemmedWithoutStopWords() {
        #expect(analyzer.terms("The whales were singing about running foxes") == ["whale", "sing", "run", "fox"])
        #expect(analyzer.terms("it's don't the of I").isEmpty)
        #expect(analyzer.terms("run runs running") == ["run", "run", "run"])
        #expect(analyzer.words("The of") == ["the", "of"])
    }

    @Test func longWordsAreCut() {
        let long = String(repeating: "z", count: 10_000)
        #expect(analyzer.words(long) == [String(repeating: "z", count: Analyzer.wordLimit)])
        #expect(analyzer.words("\(long)x") == analyzer.words("\(long)y"))
        #expect(analyzer.words("a \(long) b").count == 3)
    }

    @Test func theSameTextGivesTheSameTerms() {
        let text = "Whales sing in the deep; whales' songs are sung."
        let terms = analyzer.terms(text)
        var random = SeededRandom(seed: 1)
        for _ in 0..<60 {
            let flood = (0..<1_000).map { _ in String(random.next(), radix: 36) }.joined(separator: " ")
            #expect(analyzer.terms(flood).count >= 1_000)
        }
        #expect(analyzer.terms(text) == terms)
        #expect(Analyzer().terms(text) == terms)
    }
}
