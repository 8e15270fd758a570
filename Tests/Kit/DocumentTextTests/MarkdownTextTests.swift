import Testing

@testable import DocumentText

/// What is read of Markdown before its text.
struct MarkdownTextTests {
    @Test(arguments: ["\n", "\r\n", "\r"])
    func frontMatterNamesTheTitle(newline: String) throws {
        let text = ["---", "title: \"Guide\"", "author: Nobody", "---", "# Body", "", "Text."].joined(separator: newline)
        let parsed = try DocumentParser.parse(Array(text.utf8), format: .markdown)
        #expect(parsed.title == "Guide")
        #expect(parsed.text == "Body\n\nText.")
    }

    @Test func aLineAloneIsNoFrontMatter() throws {
        let parsed = try DocumentParser.parse(Array("---\r\ntitle: Guide\r\n".utf8), format: .markdown)
        #expect(parsed.title == nil)
        #expect(parsed.text.contains("title: Guide"))
    }
}
