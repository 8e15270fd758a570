import Testing

@testable import Retrieval

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
