import Testing

@testable import HTMLText

struct TextLinkTests {
    private func marker(_ start: Int, _ number: Int = 1) -> TextLink {
        TextLink(
            range: start..<start + 3, text: "[\(number)]", target: "/d?a=1&b=2#p", classes: "citation", label: "Source \(number)", title: "\"q\"")
    }

    private func anchor(_ number: Int = 1) -> String {
        "<a class=\"citation\" href=\"/d?a=1&amp;b=2#p\" aria-label=\"Source \(number)\" title=\"&quot;q&quot;\">[\(number)]</a>"
    }

    @Test func markersBecomeLinks() {
        #expect(MarkdownRenderer.html("Tall [1].", links: [marker(5)]) == "<p>Tall \(anchor()).</p>")
        #expect(MarkdownRenderer.html("[1][2]", links: [marker(0), marker(3, 2)]) == "<p>\(anchor())\(anchor(2))</p>")
        #expect(MarkdownRenderer.html("🍊 é[1]", links: [marker(3)]) == "<p>🍊 é\(anchor())</p>")
    }

    @Test func othersStayText() {
        #expect(MarkdownRenderer.html("Tall [1] [2].", links: [marker(5)]) == "<p>Tall \(anchor()) [2].</p>")
    }

    @Test func emphasisBeforeAMarkerEnds() {
        #expect(MarkdownRenderer.html("**Tall.**[1] x", links: [marker(9)]) == "<p><strong>Tall.</strong>\(anchor()) x</p>")
    }

    /// A text may define what `[1]` leads to; a checked marker leads to its passage all the same.
    @Test func definitionsDoNotTakeThem() {
        #expect(MarkdownRenderer.html("Tall [1].\n\n[1]: https://e.com", links: [marker(5)]) == "<p>Tall \(anchor()).</p>")
        #expect(MarkdownRenderer.html("[1](https://e.com)", links: [marker(0)]).hasPrefix("<p>\(anchor())("))
    }

    @Test(arguments: [("`a [1]`", 3, "<p><code>a [1]</code></p>"), ("```\n[1]\n```", 4, "<pre><code>[1]\n</code></pre>")])
    func inCodeTheyAreText(markdown: String, start: Int, html: String) {
        #expect(MarkdownRenderer.html(markdown, links: [marker(start)]) == html)
    }

    @Test func inALinkTheyAreText() {
        let html = MarkdownRenderer.html("[see [1] x](https://e.com/[1])", links: [marker(5), marker(26)])
        #expect(html == "<p><a rel=\"noopener noreferrer nofollow\" href=\"https://e.com/[1]\">see [1] x</a></p>")
    }

    @Test func textCannotForgeThem() {
        let html = MarkdownRenderer.html("[1] ,\u{10fff0}0\u{10fff1}, \u{10fff0}", links: [marker(0)])
        #expect(html == "<p>\(anchor()) ,\u{fffd}0\u{fffd}, \u{fffd}</p>")
    }

    @Test func linksOutsideTheTextAreDropped() {
        #expect(MarkdownRenderer.html("x", links: [marker(0)]) == "<p>x</p>")
        #expect(MarkdownRenderer.html("[1]", links: [marker(0), marker(1)]) == "<p>\(anchor())</p>")
    }

    @Test(arguments: ["&#8238;", "&#x202E;", "&#0;", "&#x1b;", "&#8294;"])
    func referencesToHarmfulCharactersAreReplaced(text: String) {
        #expect(MarkdownRenderer.html("a\(text)b") == "<p>a\u{fffd}b</p>")
    }
}
