import LoquatServer
import Testing

@testable import LoquatWeb

struct DocumentPartTests {
    @Test func aPassageIsCutOut() {
        let part = DocumentPart("🍊 ab é cd", from: nil, start: 2, end: 4)
        #expect((part.before, part.passage, part.after) == ("🍊 ", "ab", " é cd"))
        #expect(part.earlier == nil && part.later == nil)
    }

    /// Offsets count scalars: a passage may begin inside a character.
    @Test func aPassageMayPartACharacter() {
        let part = DocumentPart("e\u{301}x", from: nil, start: 1, end: 3)
        #expect(Array((part.passage ?? "").unicodeScalars) == ["\u{301}", "x"])
        #expect(part.before == "e")
    }

    @Test(arguments: [(nil, nil), (3, nil), (nil, 3), (3, 3), (5, 3), (100, 200)] as [(Int?, Int?)])
    func whatIsNoPassageMarksNothing(start: Int?, end: Int?) {
        let part = DocumentPart("some text", from: nil, start: start, end: end)
        #expect(part.passage == nil)
        #expect(part.before + part.after == "some text")
    }

    @Test func aPassageEndsWithTheText() {
        #expect(DocumentPart("some text", from: nil, start: 5, end: 4_000_000).passage == "text")
    }

    @Test func whatWasCitedIsMarkedWhileItStandsThere() {
        let print = AnswerHTML.print(of: "some")
        let same = DocumentPart("some text", from: nil, start: 0, end: 4, print: print)
        #expect(same.passage == "some" && !same.isChanged)
        for text in ["soma text", "so", "", "another some text"] {
            let changed = DocumentPart(text, from: nil, start: 0, end: 4, print: print)
            #expect(changed.passage == nil && changed.isChanged && changed.before == text)
        }
    }

    @Test func longTextsComeInParts() {
        let text = String(repeating: "0123456789", count: 10_000)
        var from: Int? = 0
        var whole = ""
        var count = 0
        while let at = from {
            let part = DocumentPart(text, from: at, start: nil, end: nil)
            whole += part.before
            from = part.later
            count += 1
        }
        #expect(whole == text && count == 3)
        let part = DocumentPart(text, from: nil, start: 60_000, end: 60_005)
        #expect(part.passage == "01234")
        #expect(part.before.count == DocumentPart.lead)
        #expect(part.earlier == 60_000 - DocumentPart.lead - DocumentPart.length)
        #expect(part.later == 60_000 - DocumentPart.lead + DocumentPart.length)
    }

    @Test func aPlaceBeyondTheEndIsEmpty() {
        let part = DocumentPart("abc", from: 10, start: nil, end: nil)
        #expect(part.before.isEmpty && part.later == nil && part.earlier == 0)
    }
}
