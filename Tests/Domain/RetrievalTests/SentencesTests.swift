import Testing

@testable import Retrieval

/// Where sentences and lines end, whatever ends the lines.
struct SentencesTests {
    private static let newlines = ["\n", "\r\n", "\r"]

    private func sentences(_ text: String) -> [String] {
        let scalars = Array(text.unicodeScalars)
        return Sentences.ranges(in: scalars).map { String(scalars: scalars[$0]) }
    }

    private func statements(_ text: String) -> [String] {
        let scalars = Array(text.unicodeScalars)
        return Sentences.statements(in: scalars).map { String(scalars: scalars[$0]) }
    }

    @Test(arguments: newlines)
    func anEmptyLineEndsASentence(newline: String) {
        let text = ["", "Warranty", "", "", "The pump is", "covered", "", "", "", "Keep it dry", ""].joined(separator: newline)
        #expect(sentences(text) == ["Warranty", "The pump is\(newline)covered", "Keep it dry"])
    }

    @Test func mixedNewlinesHideNoEmptyLine() {
        #expect(sentences("One\n\r\nTwo\r\n\nThree\r\n") == ["One", "Two", "Three"])
    }

    @Test(arguments: newlines)
    func aRowIsAStatementWithoutItsNewline(newline: String) {
        let rows = ["name: Ann; age: 41", "name: Bob; age: 7", "name: Cem; age: 9"]
        #expect(statements(rows.joined(separator: newline)) == rows)
    }

    @Test(arguments: newlines)
    func emptyLinesAreNoLinesAmongRecords(newline: String) {
        #expect(Sentences.areRecords(["Ages", "", "Ann: 41", "", "Bob: 7", "", ""].joined(separator: newline)))
        #expect(!Sentences.areRecords(["Ages", "of people", "Ann: 41"].joined(separator: newline)))
    }
}
