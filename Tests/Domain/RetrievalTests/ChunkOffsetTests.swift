import DocumentText
import Foundation
import Retrieval
import Testing

/// Chunks say exactly where they stand.
struct ChunkOffsetTests {
    private static let samples: [(format: DocumentFormat, text: String)] = [
        (.text, "One.\r\n\r\nTwo 🍊 e\u{301}.\n\n" + String(repeating: "A long sentence follows here. ", count: 200)),
        (.markdown, "# Top\n\nText *here*.\n\n## Deeper\n\n- a\n- b\n\n| x | y |\n|---|---|\n| 1 | 2 |\n\n```\ncode\n```\n"),
        (.html, "<title>T</title><h1>Top</h1><script>no()</script><p>Text &amp; more<p>Second<ul><li>a<li>b</ul>"),
        (.csv, "name;age\n\"Ann; B\";41\nBob;7\n"),
        (.json, "[{\"a\": 1, \"b\": {\"c\": [true, null]}}, {\"a\": \"x\"}]"),
    ]

    @Test(arguments: samples.indices)
    func offsetsIndexTheText(sample: Int) throws {
        let (format, text) = Self.samples[sample]
        let parsed = try DocumentParser.parse(Array(text.utf8), format: format)
        let scalars = Array(parsed.text.unicodeScalars)
        let chunks = Chunker().chunks(of: parsed)
        #expect(!chunks.isEmpty)
        for (position, chunk) in chunks.enumerated() {
            #expect(chunk.position == position)
            #expect(chunk.text.unicodeScalars.elementsEqual(scalars[chunk.start..<chunk.end]))
            #expect(chunk.end - chunk.start <= Chunker.targetLength + Chunker.longestBlock)
        }
        #expect(chunks.first?.gap == nil)
        for (before, chunk) in zip(chunks, chunks.dropFirst()) {
            #expect(chunk.gap.map { Array($0.unicodeScalars) } == Array(scalars[before.end..<chunk.start]))
        }
    }

    @Test(arguments: [(1_000, false), (1_001, true)])
    func aGapMayBeTooLong(length: Int, isTooLong: Bool) throws {
        let word = String(repeating: "x", count: 1_000)
        let text = word + String(repeating: "\n", count: length) + word
        let chunks = Chunker().chunks(of: try DocumentParser.parse(Array(text.utf8), format: .text))
        #expect(chunks.map(\.text) == [word, word])
        #expect((chunks.last?.gap == nil) == isTooLong)
    }

    @Test func plainTextIsKeptAsItIs() throws {
        let text = "  One\r\n\r\n\tTwo \u{0} three\n"
        #expect(try DocumentParser.parse(Array(text.utf8), format: .text).text == text)
    }

    @Test func aChunkIsOfOnePage() {
        let text = (1...4).map { "Page \($0) says this." }.joined(separator: "\n\n")
        let pages = [1, 1, 2, 3]
        let blocks = (0..<4).map { ParsedDocument.Block(kind: .paragraph, start: 19 * $0, end: 19 * $0 + 17, page: pages[$0]) }
        let chunks = Chunker().chunks(of: ParsedDocument(title: nil, text: text, blocks: blocks, pageCount: 3))
        #expect(chunks.map(\.page) == [1, 2, 3])
        #expect(chunks.map(\.text) == ["Page 1 says this.\n\nPage 2 says this.", "Page 3 says this.", "Page 4 says this."])
    }

    /// Every chunk has its headings beside it.
    @Test func headingsAreNoLongerThanHeadingsAre() throws {
        let text = "# \(String(repeating: "loquat ", count: 50_000))\n\n\(String(repeating: "Text follows here. ", count: 1_000))"
        let chunks = Chunker().chunks(of: try DocumentParser.parse(Array(text.utf8), format: .markdown))
        #expect(chunks.count > 100)
        #expect(chunks.allSatisfy { ($0.heading ?? "").count <= 200 && ($0.anchor ?? "").count <= 200 })
    }

    /// Each would be looked at from each of them again: as many steps as would take hours.
    @Test(arguments: [".", "!)", "...\"", "。.", "\n", "\r", "\r\n", ")"])
    func runsOfFullStopsAreReadOnce(run: String) {
        let text = String(repeating: run, count: 50_000) + "x"
        #expect(Sentences.ranges(in: Array(text.unicodeScalars)).count < 50_001)
    }

    @Test func headingsMakeAPathAndAnAnchor() throws {
        let parsed = try DocumentParser.parse(Array("# Top\n\nA.\n\n## Deep One\n\nB.".utf8), format: .markdown)
        let last = Chunker().chunks(of: parsed).last
        #expect(last?.heading == "Top › Deep One")
        #expect(last?.anchor == "deep-one")
    }

    @Test func scriptsAreNotRead() throws {
        let parsed = try DocumentParser.parse(Array("<p>a</p><script>evil()</script><style>p{}</style>".utf8), format: .html)
        #expect(parsed.text == "a")
    }

    @Test func whatIsNoTextIsRefused() {
        #expect(throws: DocumentError.self) { try DocumentParser.parse([0, 1, 2, 3, 0xff, 0xfe, 4, 5, 6, 7], format: .text) }
        #expect(throws: DocumentError.self) { try DocumentParser.parse(Array(" \n ".utf8), format: .text) }
    }

    @Test func aTitleAboveColumnsNamesNone() throws {
        let parsed = try DocumentParser.parse(Array("Fruit,,\nName,Colour,Price\nLoquat,orange,2".utf8), format: .csv)
        #expect(parsed.text == "Fruit\nName: Loquat; Colour: orange; Price: 2")
    }

    @Test func otherEncodingsAreRead() throws {
        #expect(try DocumentParser.parse([0xff, 0xfe, 0x61, 0, 0xe9, 0], format: .text).text == "aé")
        #expect(try DocumentParser.parse([0x61, 0x93, 0xe9, 0x94], format: .text).text == "a“é”")
    }
}
