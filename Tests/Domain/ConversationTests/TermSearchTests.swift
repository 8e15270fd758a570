import SearchIndex
import Testing

@testable import Conversation

struct TermSearchTests {
    private func first(_ words: String, in text: String) -> Int? {
        var search = TermSearch(Analyzer().requiredTerms(words))
        return search.first(in: text).map { text.utf8.distance(from: text.startIndex, to: $0) }
    }

    @Test func itIsTheFirstOfAny() {
        #expect(first("loquat", in: "") == nil && first("loquat", in: "aloquat, a pear") == nil)
        #expect(first("loquat pear", in: "a pear and a loquat") == 2)
        #expect(first("pear", in: "‘Pears’") == 3 && first("oak's", in: "our oak’s") == 4 && first("cafe\u{301}", in: "the café") == 4)
    }

    /// Stemming changes ends of words alone, and not much of them.
    @Test(arguments: [
        "dying", "lying", "skies", "Relational", "stability", "sensibilities", "cried", "happiness", "using", "generously", "hopped",
        "nationalization", "analogy", "vileness", "O’CLOCK", "1990s", "ax",
    ])
    func aWordIsFoundByItsStem(_ word: String) {
        let before = String(repeating: "quite ", count: 1_000)
        #expect(first(word, in: before + word) == before.utf8.count)
    }

    /// What a part ends with is not cut in two.
    @Test func partsHideNothing() {
        for count in 2_000...2_100 {
            for (filler, word) in [("-", "loquat"), ("文", "枇杷"), ("é", " loquat")] {
                let before = String(repeating: filler, count: count / filler.utf8.count)
                let blank = word.hasPrefix(" ") ? 1 : 0
                #expect(first(word, in: before + word) == before.utf8.count + blank, "\(count) of \(filler)")
            }
        }
    }

    @Test func whatItCostsHasALimit() {
        let text = String(repeating: "pear ", count: 2_000) + "loquat"
        // Only its end begins as what is looked for.
        var search = TermSearch(["loquat"], analysisLimit: 7_000)
        for _ in 0..<3 {
            let found = search.first(in: text)
            #expect(found != nil)
        }
        // All of it does.
        search = TermSearch(["peel"], analysisLimit: 7_000)
        let found = ["\(text) peel", "peel", text].map { search.first(in: $0) }
        #expect(found == [nil, "peel".startIndex, nil])
    }
}
