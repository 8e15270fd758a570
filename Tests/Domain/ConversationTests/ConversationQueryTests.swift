import Conversation
import SearchIndex
import Testing

/// What is asked, and by what a message is found.
struct ConversationQueryTests {
    @Test(
        arguments: [
            ("", []),
            ("  ?! \u{0} ", []),
            ("the and of", []),
            ("🍈🎉", []),
            ("Reset the passwords, reset!", ["reset", "password"]),
            ("\"loquat\" NEAR(tree*", ["loquat", "near", "tree"]),
            ("枇杷", ["枇杷"]),
        ] as [(String, [String])])
    func eachTermIsAskedForOnce(text: String, terms: [String]) throws {
        #expect(try ConversationQuery(text).terms == terms)
    }

    @Test func tooMuchIsRefused() throws {
        let limit = ConversationQuery.lengthLimit
        _ = try ConversationQuery(String(repeating: "x", count: limit))
        #expect(throws: ConversationQuery.Refusal.tooLong(limit: limit)) { try ConversationQuery(String(repeating: "x", count: limit + 1)) }
        #expect(throws: ConversationQuery.Refusal.tooLong(limit: limit)) { try ConversationQuery(String(repeating: "\u{301}", count: 10_000)) }
        let words = (0...ConversationQuery.termLimit).map { "w\($0)" }
        #expect(try ConversationQuery(words.dropLast().joined(separator: " ")).terms == Array(words.dropLast()))
        #expect(throws: ConversationQuery.Refusal.tooManyTerms(limit: ConversationQuery.termLimit)) {
            try ConversationQuery(words.joined(separator: " "))
        }
    }

    @Test func aTextIsFoundByEachOfItsTermsOnce() {
        #expect(SearchableText.terms(of: "Runs and runs: 中文", Analyzer()) == ["run", "中", "中文", "文"])
        #expect(SearchableText.terms(of: "", Analyzer()) == [])
    }

    @Test func ofALongTextTheFirstTermsCount() {
        let many = (0..<SearchableText.termLimit + 5).map { "w\($0)" }
        #expect(SearchableText.terms(of: many.joined(separator: " "), Analyzer()) == Array(many.prefix(SearchableText.termLimit)))
        let long = String(repeating: "é ", count: SearchableText.byteLimit / 3) + "a last one"
        #expect(SearchableText.terms(of: long, Analyzer()) == ["é"])
    }
}
