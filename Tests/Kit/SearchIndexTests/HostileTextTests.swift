import SearchIndex
import Testing

/// Text that nobody would write and somebody will send.
private enum HostileText {
    static let all: [String] = [
        String(repeating: "a", count: 200_000),
        String(repeating: "é", count: 50_000),
        String(repeating: "ก", count: 20_000),
        String(repeating: "中", count: 20_000),
        String(repeating: "中a", count: 10_000),
        String(repeating: "👩‍👩‍👧‍👦🏳️‍🌈", count: 2_000),
        "e" + String(repeating: "\u{301}", count: 20_000),
        String(repeating: "'", count: 20_000),
        String(repeating: "a'", count: 20_000),
        "x" + String(repeating: "\u{2019}", count: 200) + "y",
        String(repeating: "\u{0}", count: 1_000) + "nul",
        "\u{202e}desrever\u{202c} \u{feff}mark \u{fffd}\u{fffe}\u{10ffff}",
        String(repeating: "0123456789", count: 5_000),
        String(repeating: "the ", count: 20_000),
        String(repeating: "whale ", count: 20_000),
        "\u{130}STANBUL \u{fb01}ne \u{1c5} ß \u{17f} \u{212a} \u{212b}",
        "\r\n\u{85}\u{2028}\u{2029}\u{b}\u{c}",
    ]
}

struct HostileTextTests {
    @Test(arguments: HostileText.all.indices)
    func isIndexedAndSearched(place: Int) {
        let text = HostileText.all[place]
        let index = LexicalIndex()
        index.replace(
            document: 1, in: 1,
            passages: [
                IndexedPassage(key: 1, title: text, heading: text, body: text), IndexedPassage(key: 2, title: "", heading: "", body: ""),
                IndexedPassage(key: 3, title: "", heading: "", body: "plain words beside"),
            ])
        let findsItself = !Analyzer().terms(text).isEmpty
        let hits = index.search(text, partitions: [1], limit: 10)
        #expect(hits.map(\.key) == (findsItself ? [1] : []))
        for hit in hits {
            #expect(hit.score.isFinite && hit.score > 0)
            #expect(hit.coverage > 0.999 && hit.coverage <= 1.001)
        }
        #expect(index.search("plain words", partitions: [1], limit: 10).map(\.key) == [3])
        #expect(index.search(text + " plain", partitions: [1], limit: 10).contains { $0.key == 3 })
        index.remove(document: 1, from: 1)
        #expect(index.passageCount == 0)
        #expect(index.search(text, partitions: [1], limit: 10).isEmpty)
    }

    @Test func queriesOfManyDifferentWordsAreAnswered() {
        let index = LexicalIndex()
        index.replace(document: 1, in: 1, passages: [IndexedPassage(key: 1, title: "", heading: "", body: "word77 word78")])
        let query = (0..<20_000).map { "word\($0)" }.joined(separator: " ")
        let hits = index.search(query, partitions: [1], limit: 3)
        #expect(hits.map(\.key) == [1])
        #expect(hits.allSatisfy { $0.coverage > 0 && $0.coverage < 0.01 })
    }
}
