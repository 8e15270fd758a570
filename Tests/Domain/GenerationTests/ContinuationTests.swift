import Testing

@testable import Generation

/// What a model says is joined to the answer that it was to go on with, wherever it begins.
struct ContinuationTests {
    private static let beginning = "The leave is 25 days a year. It is asked for at most, which"

    /// What follows, with the text fed in pieces of some length.
    private func rest(_ said: String, by length: Int, after beginning: String = Self.beginning) -> String {
        var continuation = Continuation(of: beginning)
        var rest = ""
        var text = Substring(said)
        while !text.isEmpty {
            rest += continuation.feed(String(text.prefix(length))) ?? ""
            text = text.dropFirst(length)
        }
        return rest + (continuation.finish() ?? "")
    }

    @Test(arguments: [
        // The last words, as asked; fewer of them; all of it; nothing of it.
        ("for at most, which is often too late.", " is often too late."), ("at most, which is often.", " is often."),
        (beginning + " is often.", " is often."), (" is often.", " is often."), ("is often.", " is often."), (", in writing.", ", in writing."),
        // What only looks like a repetition at first.
        ("It is asked of everybody.", " It is asked of everybody."), ("The end.", " The end."), ("which", ""), ("", ""), ("   ", ""),
    ])
    func goesOnWhereItEnded(said: String, expected: String) {
        for length in [1, 2, 3, 7, 1_000] { #expect(rest(said, by: length) == expected, "in pieces of \(length)") }
    }

    @Test func whatFollowsIsGivenOnAtOnce() {
        var continuation = Continuation(of: Self.beginning)
        #expect(continuation.feed("which") == nil)
        #expect(continuation.feed(" is") == " is")
        #expect(continuation.feed(" often which") == " often which")
        #expect(continuation.finish() == nil)
    }

    @Test func wordsOfOtherScriptsAreJoined() {
        #expect(rest("東京です。", by: 1, after: "首都は東京") == "です。" || rest("東京です。", by: 1, after: "首都は東京").hasSuffix("です。"))
        #expect(rest("👩‍👩‍👧 and more", by: 1, after: "A family: 👩‍👩‍👧").hasSuffix("and more"))
    }

    @Test func theModelIsToldItsLastWords() {
        let messages = Continuation.messages(Self.beginning)
        #expect(messages.map(\.role) == [.assistant, .user])
        #expect(messages[0].content == Self.beginning)
        #expect(messages[1].content.hasSuffix("It is asked for at most, which"))
    }
}
