import Testing

@testable import Conversation

/// A title is short whatever its characters are made of: it stands in the session's row, which is written anew with each event.
struct SessionTitleTests {
    private let marked = String(repeating: "a" + String(repeating: "\u{301}", count: 99), count: 300)

    @Test func theBeginningOfAMessageHasNoMoreMarksThanATitleMay() {
        #expect(SessionRow.title(of: marked).unicodeScalars.count == SessionRow.longestTitle)
        #expect(SessionRow.title(of: String(repeating: "🍊", count: 300)) == String(repeating: "🍊", count: SessionRow.derivedTitle))
        #expect(SessionRow.title(of: "What?") == "What?")
        #expect(SessionRow.title(of: "\r\n\r\n  What\tis \u{202e}it?\n") == "What is it?")
    }

    @Test func soDoesATitleOfAnotherProduct() {
        #expect(ImportedConversation(title: marked, messages: [], current: nil).title.unicodeScalars.count == SessionRow.longestTitle)
        let plain = ImportedConversation(title: String(repeating: "x", count: 5_000), messages: [], current: nil)
        #expect(plain.title.count == ImportedConversation.titleLimit)
    }
}
