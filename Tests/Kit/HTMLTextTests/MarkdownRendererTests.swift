import Testing

@testable import HTMLText

struct MarkdownRendererTests {
    private static let link = "<a rel=\"noopener noreferrer nofollow\" href="

    @Test(arguments: [
        ("", ""),
        ("plain", "<p>plain</p>"),
        ("one\ntwo", "<p>one\ntwo</p>"),
        ("one  \ntwo", "<p>one<br>two</p>"),
        ("one\n\ntwo", "<p>one</p><p>two</p>"),
        ("# A\n\n###### B", "<h1>A</h1><h6>B</h6>"),
        ("**a** *b* `c` ~~d~~", "<p><strong>a</strong> <em>b</em> <code>c</code> <del>d</del></p>"),
        ("> quoted", "<blockquote><p>quoted</p></blockquote>"),
        ("- a\n- b", "<ul><li>a</li><li>b</li></ul>"),
        ("1. a\n2. b", "<ol><li>a</li><li>b</li></ol>"),
        ("a\n\n---\n\nb", "<p>a</p><hr><p>b</p>"),
        ("```swift\nlet a = b < c\n```", "<pre><code>let a = b &lt; c\n</code></pre>"),
        (
            "| a | b |\n|---|---|\n| 1 | 2 |",
            "<table><thead><tr><th>a</th><th>b</th></tr></thead><tbody><tr><td>1</td><td>2</td></tr></tbody></table>"
        ),
    ])
    func writesTheTagsItKnows(markdown: String, html: String) {
        #expect(MarkdownRenderer.html(markdown) == html)
        #expect(RenderedHTML(html).forbidden == nil)
        #expect(RenderedHTML(html).isBalanced)
    }

    @Test(arguments: [
        ("1 < 2 > 0 & \"x\" 'y'", "<p>1 &lt; 2 &gt; 0 &amp; &quot;x&quot; &#39;y&#39;</p>"),
        ("a <b>bold</b>", "<p>a &lt;b&gt;bold&lt;/b&gt;</p>"),
        ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"),
        ("&lt;script&gt; &copy; &#60;", "<p>&lt;script&gt; &copy; &#60;</p>"),
        ("`<b>&amp;`", "<p><code>&lt;b&gt;&amp;amp;</code></p>"),
        ("a\u{0}b", "<p>a\u{fffd}b</p>"),
    ])
    func everythingElseIsText(markdown: String, html: String) {
        #expect(MarkdownRenderer.html(markdown) == html)
    }

    @Test(arguments: ["http://e.com/", "https://e.com/a?b=c", "HTTPS://e.com", "mailto:a@e.com"])
    func linksGoToWebAndMail(target: String) {
        #expect(MarkdownRenderer.html("[x](\(target))") == "<p>\(Self.link)\"\(target)\">x</a></p>")
        #expect(MarkdownRenderer.html("<\(target)>") == "<p>\(Self.link)\"\(target)\">\(target)</a></p>")
    }

    @Test func imagesAreLinks() {
        #expect(
            MarkdownRenderer.html("![a *b*](https://e.com/x.png \"t\")") == "<p>\(Self.link)\"https://e.com/x.png\">a <em>b</em></a></p>")
        #expect(MarkdownRenderer.html("![x](data:image/png;base64,AAAA)") == "<p>x</p>")
    }

    @Test func targetsAreEscaped() {
        let html = MarkdownRenderer.html("[x](https://e.com/?a=\"b\"&c='d')")
        #expect(html == "<p>\(Self.link)\"https://e.com/?a=&quot;b&quot;&amp;c=&#39;d&#39;\">x</a></p>")
    }

    @Test(arguments: [
        "javascript:alert(1)", "JaVaScRiPt:alert(1)", "vbscript:x", "data:text/html,x", "file:///etc/passwd", "//e.com/x", "/x", "x.html",
        "#top", "https:javascript", "http:/e.com", "&#106;avascript:alert(1)", "javascript&colon;alert(1)", "\\javascript:alert(1)",
    ])
    func otherTargetsAreNoLinks(target: String) {
        for markdown in ["[x](\(target))", "![x](\(target))", "[x]\n\n[x]: \(target)"] {
            #expect(MarkdownRenderer.html(markdown) == "<p>x</p>", "\(markdown)")
        }
    }

    /// A link may not stand in a link, neither may an image that has become one nor an address that became one by itself.
    @Test(arguments: ["[![x](https://e.com/i.png)](https://e.com/)", "[see https://e.com/ there](https://f.com/)"])
    func linksAreNotNested(markdown: String) {
        let html = MarkdownRenderer.html(markdown)
        #expect(html.split(separator: "<a ").count == 2, "\(html)")
        #expect(RenderedHTML(html).isBalanced)
    }

    /// md4c leaves spans open where a mark that closes them stands inside an address.
    @Test(arguments: ["*[](*)", "*http://e.com*a", "*[https://e.com/*]", "~http://e.com~/", "> *[](*)\n\n**b**"])
    func whatOpensIsClosed(markdown: String) {
        let html = MarkdownRenderer.html(markdown)
        #expect(RenderedHTML(html).forbidden == nil)
        #expect(RenderedHTML(html).isBalanced, "\(html)")
    }
}
