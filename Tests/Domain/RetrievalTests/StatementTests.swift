import SearchIndex
import Testing

@testable import Retrieval

/// Numbers and negations, as claims are compared by them.
struct StatementTests {
    private func statement(_ text: String) -> Statement { Statement(text, Analyzer()) }

    @Test(arguments: [
        ("It has 1,000 pages.", ["1000"]), ("5.0 and 5", ["5"]), ("3.14, 007.50", ["3.14", "7.5"]), ("CD4 cells and B12", []),
        ("three of twelve", ["3", "12"]), ("one", []), ("in 1999.", ["1999"]), ("version 1.2.3", ["1.2"]), ("10%", ["10"]), ("-7", ["7"]), ("", []),
        ("1,", ["1"]), ("2024-05-01", ["2024", "5", "1"]),
    ])
    func numbers(text: String, expected: [String]) {
        #expect(statement(text).numbers == Set(expected))
    }

    @Test(arguments: [("It does not work.", 1), ("It works.", 0), ("It doesn't, and never will.", 2), ("Without a knot, nothing.", 2)])
    func negations(text: String, expected: Int) {
        #expect(statement(text).negations == expected)
    }
}

/// Copies, and what only looks like one.
struct NearDuplicateTests {
    private let text = """
        The pump of the second floor is checked every six weeks by two people, who write what they find into the book that lies beside it and \
        sign with their names, so that whoever comes next can see what was done.
        """

    private func areSame(_ left: String, _ right: String) -> Bool {
        var seen = NearDuplicates()
        return seen.isNew(left) && !seen.isNew(right)
    }

    @Test func copiesAreFound() {
        #expect(areSame(text, text))
        #expect(areSame(text, text.uppercased().replacing(" ", with: "\n ")))
        #expect(areSame(text, "A head line. \(text) A foot line of the page."))
        #expect(areSame(text, text.replacing("whoever", with: "anybody")))
    }

    @Test func whatStatesAnotherNumberOrTheOppositeIsNone() {
        #expect(!areSame(text, text.replacing("six", with: "eight")))
        #expect(!areSame(text, text.replacing("is checked", with: "is not checked")))
        #expect(!areSame(text, "The pump of the second floor was sold. Nobody checks anything any more, and the book is lost."))
    }

    @Test(arguments: ["", "a", "a b", "🍊", "字"])
    func shortTexts(text: String) {
        #expect(areSame(text, text))
        #expect(!areSame(text, "something else entirely"))
    }
}
