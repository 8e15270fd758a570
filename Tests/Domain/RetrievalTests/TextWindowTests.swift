import Testing

@testable import Retrieval

/// Windows over a passage; a token here is three characters of a word.
struct TextWindowTests {
    private let windows = TextWindows(limit: 100) { ($0.count + 2) / 3 }

    private func tokens(_ text: String) -> Int { text.split(whereSeparator: \.isWhitespace).reduce(0) { $0 + ($1.count + 2) / 3 } }

    @Test func aShortTextIsOneWindowWithItsTitle() {
        #expect(windows.cut("A short text.", title: "Title") == ["Title A short text."])
        #expect(windows.cut("A short text.", title: "") == ["A short text."])
        #expect(windows.cut("", title: "Title") == ["Title"])
        #expect(windows.cut(" \n ", title: "") == [""])
    }

    @Test func everyWordStandsInAWindowAndNoWindowIsTooLong() {
        let words = (0..<700).map { "w\($0)" }
        let cut = windows.cut(words.joined(separator: " "), title: "About it")
        #expect(cut.count > 5)
        for window in cut {
            #expect(tokens(window) <= 100)
            #expect(window.hasPrefix("About it "))
        }
        let seen = Set(cut.flatMap { $0.split(separator: " ").map(String.init) })
        // What exceeds the last window by little is left out.
        #expect(words.dropLast(20).allSatisfy(seen.contains))
    }

    @Test func neighboursOverlap() {
        let cut = windows.cut((0..<300).map { "w\($0)" }.joined(separator: " "), title: "")
        for (before, after) in zip(cut, cut.dropFirst()) {
            let shared = Set(before.split(separator: " ")).intersection(after.split(separator: " "))
            #expect(!shared.isEmpty && shared.count < 30)
        }
    }

    /// Chinese is written without spaces, and hostile text is too.
    @Test(arguments: [1, 5, 1_000, 20_000])
    func aWordOfAnyLengthIsCut(length: Int) {
        let cut = windows.cut(String(repeating: "字", count: length), title: String(repeating: "題", count: length))
        #expect(cut.allSatisfy { tokens($0) <= 100 })
        #expect(cut.count == 1 || cut.count < length)
    }

    @Test func aTitleWhoseEndWouldFitIsCutWhereItNoLongerFits() {
        let word = String(repeating: "w", count: 60)
        let cut = windows.cut((0..<300).map { "n\($0)" }.joined(separator: " "), title: "x \(word) \(word) y")
        #expect(cut.count > 1)
        for window in cut {
            #expect(tokens(window) <= 100)
            #expect(window.hasPrefix("x \(word) n"))
        }
    }

    @Test func aCharacterOfManyTokensEndsToo() {
        let heavy = TextWindows(limit: 10) { $0.count * 50 }
        #expect(!heavy.cut("abc def", title: "t").isEmpty)
    }
}
