import JSON
import Testing

@testable import Conversation

/// Characters of private use in ChatGPT's text. `<`, `|` and `>` stand for those that begin, divide and end a mark.
struct CitationMarksTests {
    private func removed(_ text: String) -> String {
        let marked = text.replacing("<", with: "\u{e200}").replacing("|", with: "\u{e202}").replacing(">", with: "\u{e201}")
        return CitationMarks.removed(from: marked)
    }

    @Test(arguments: [
        ("Plain text.", "Plain text."),
        ("A fruit <cite|turn0search0>.", "A fruit."),
        ("A fruit. <cite|turn0search0|turn1news2>", "A fruit."),
        ("A fruit. <cite|turn0search0> <cite|turn0search1>\nNext.", "A fruit.\nNext."),
        ("A fruit.<cite|turn0search0> It grows.", "A fruit. It grows."),
        ("<i|turn0image0|turn0image1>A fruit.", "A fruit."),
        ("See <url|the page|https://example.org/a> now.", "See [the page](https://example.org/a) now."),
        ("See <url|the page|turn0search1> now.", "See the page now."),
        ("In <entity|[\"city\",\"València\",\"a city\"]> it grows.", "In València it grows."),
        ("In <entity|[broken> it grows.", "In it grows."),
        // A mark that nothing ends takes its own word and no other.
        ("A fruit <cite|turn0search0 of trees.", "A fruit of trees."),
        ("A fruit <cite|turn0search0\nof trees>.", "A fruit\nof trees."),
        ("One <cite|turn0 <cite|turn1> two", "One two"),
        ("A fruit |turn0search12, it is.", "A fruit, it is."),
        ("End <", "End"),
        ("> alone", " alone"),
        ("Names \u{e203}kept\u{e204}, \u{f8ff} too, 日本", "Names kept, \u{f8ff} too, 日本"),
    ])
    func areTakenOut(_ text: String, _ expected: String) { #expect(removed(text) == expected) }

    @Test func theyAreTakenOutOfAnswersAlone() throws {
        var tree = ChatGPTTree()
        let text = "It is \u{e200}cite\u{e202}turn0search0\u{e201}."
        tree.say("q", after: nil, text)
        tree.say("a", "assistant", after: "q", text)
        tree.say("b", "assistant", after: "q", "\u{e200}cite\u{e202}turn0search0\u{e201}")
        #expect(try #require(tree.read()).messages.map(\.content) == [text, "It is."])
    }

    @Test func manyMarksThatNothingEndsTakeNoLongTime() {
        let text = String(repeating: "\u{e200}", count: 100_000) + String(repeating: "\u{e200}x ", count: 100_000)
        #expect(CitationMarks.removed(from: text).allSatisfy { $0 == " " })
    }
}
