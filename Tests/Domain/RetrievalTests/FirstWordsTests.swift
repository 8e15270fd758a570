import Testing

@testable import Retrieval

/// The title of a document that has none.
struct FirstWordsTests {
    @Test func theFirstLineIsTheTitle() {
        #expect(IngestionService.firstWords(of: "A line\r\nand another") == "A line")
        #expect(IngestionService.firstWords(of: "") == "")
        #expect(IngestionService.firstWords(of: String(repeating: "a", count: 80)) == String(repeating: "a", count: 80))
        #expect(IngestionService.firstWords(of: String(repeating: "a", count: 81)) == String(repeating: "a", count: 79) + "…")
    }

    /// One character, as people count.
    @Test func aCharacterWithMillionsOfAccentsIsNoTitle() {
        let title = IngestionService.firstWords(of: "e" + String(repeating: "\u{301}", count: 1_000_000))
        #expect(title.unicodeScalars.count <= 1_000)
    }
}
