import Conversation
import Testing

@testable import Generation

/// Brackets in code are no markers, and backticks that open no code hide none.
struct CodeTrackerTests {
    /// What leaves of an answer where no source exists: every marker that is one is taken out.
    private func shown(_ answer: String, pieces: Int) -> String {
        var checker = CitationChecker(sources: [])
        var outputs: [CitationChecker.Output] = []
        var rest = answer[...]
        while !rest.isEmpty {
            outputs += checker.feed(String(rest.prefix(pieces)))
            rest = rest.dropFirst(pieces)
        }
        outputs += checker.finish()
        return outputs.map { if case .text(let text) = $0 { text } else { "" } }.joined()
    }

    @Test(arguments: [
        ("Call `a[1]` now [1].", "Call `a[1]` now ."), ("Press the ` key [99].", "Press the ` key ."), ("It is ``a`[1]`` [1].", "It is ``a`[1]`` ."),
        ("One ` [1]\nline, another ` [2].", "One ` \nline, another ` ."), ("Text ``` in a line [1].", "Text ``` in a line ."),
        ("```\na[1]\n```\nAfter [1].", "```\na[1]\n```\nAfter ."),
        ("- ```\n  a[1] ` b[2]\n  ```\n  After [1].", "- ```\n  a[1] ` b[2]\n  ```\n  After ."),
        ("````\n```\na[1]\n````\n[1]", "````\n```\na[1]\n````\n"), ("```\nnever closed [1]", "```\nnever closed [1]"),
        ("Open ` to the end [1]", "Open ` to the end "), ("`[1]`", "`[1]`"), ("`", "`"), ("[1]`", "`"), ("`a``[1]", "`a``"), ("", ""),
        ("~~~\na[1] ``` b\n~~~\nAfter [1].", "~~~\na[1] ``` b\n~~~\nAfter ."), ("~~old [1]~~ new", "~~old ~~ new"), ("a ~~~ [1]", "a ~~~ "),
    ])
    func markersOutsideCodeAreChecked(answer: String, expected: String) {
        for pieces in [1, 3, 1_000] { #expect(shown(answer, pieces: pieces) == expected) }
    }

    /// However long what nothing closes goes on, it is not held for ever.
    @Test func whatIsHeldHasALimit() {
        var checker = CitationChecker(sources: [])
        var outputs = checker.feed("`" + String(repeating: "a", count: 10_000))
        #expect(!outputs.isEmpty)
        outputs += checker.feed(" [7]") + checker.finish()
        #expect(outputs == [.text("`" + String(repeating: "a", count: 10_000))] || !"\(outputs)".contains("[7]"))
    }

    @Test(arguments: [4_096, 4_097, 20_000]) func manyBackticksHaveALimit(count: Int) {
        var checker = CitationChecker(sources: [])
        let outputs = checker.feed("x " + String(repeating: "`", count: count) + String(repeating: " word", count: 2_000))
        let shown = outputs.map { if case .text(let text) = $0 { text.utf8.count } else { 0 } }.reduce(0, +)
        #expect(shown >= count + 10_002 - 4_096)
    }
}
