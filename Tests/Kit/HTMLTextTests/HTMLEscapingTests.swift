import Testing

@testable import HTMLText

struct HTMLEscapingTests {
    @Test(arguments: [
        ("", ""),
        ("a < b > c & d \"e\" 'f'", "a &lt; b &gt; c &amp; d &quot;e&quot; &#39;f&#39;"),
        ("é 😀 \t\r\n", "é 😀 \t\r\n"),
        // One character to Swift, two to a browser.
        ("\"\u{301} onfocus=x", "&quot;\u{301} onfocus=x"),
        ("<\u{301}b>", "&lt;\u{301}b&gt;"),
        ("a\u{0}\u{1b}\u{7f}b", "a\u{fffd}\u{fffd}\u{fffd}b"),
        ("a\u{202e}b\u{2066}c\u{2069}d", "abcd"),
        ("\u{2029}\u{202f}\u{2065}\u{206a}", "\u{2029}\u{202f}\u{2065}\u{206a}"),
    ])
    func textStaysText(text: String, html: String) {
        #expect(Array(HTMLEscaping.escaped(text).utf8) == Array(html.utf8))
    }

    @Test(arguments: [[0xe2], [0xe2, 0x80], [0xff, 0xe2, 0x81]] as [[UInt8]])
    func brokenTextsPass(bytes: [UInt8]) {
        var output: [UInt8] = []
        HTMLEscaping.append(bytes, to: &output)
        #expect(output == bytes)
    }
}
