import TestSupport
import Testing

@testable import WordPiece

@Suite struct WordPieceTokenizerTests {
    private static let pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "un", "##aff", "##able", "a", "##a", "中", ".", "e", "ss", "b"]

    private func ids(_ text: String, limit: Int = 256) throws -> [Int32] {
        let vocabulary = try Vocabulary(Array(Self.pieces.joined(separator: "\n").utf8))
        return Array(try WordPieceTokenizer(vocabulary, limit: limit).encode(text).dropFirst().dropLast())
    }

    @Test func cutsTheLongestPieces() throws { #expect(try ids("unaffable UNAFFABLE") == [5, 6, 7, 5, 6, 7]) }

    @Test func aWordThatCannotBeCutIsUnknownAsAWhole() throws { #expect(try ids("unaffx a") == [1, 8]) }

    @Test func punctuationAndChineseStandAlone() throws { #expect(try ids("a.a中a") == [8, 11, 8, 10, 8]) }

    @Test func accentsFallOff() throws {
        #expect(try ids("é E\u{301} \u{C9}\u{300}") == [12, 12, 12])
        #expect(try ids("a\u{301}a") == [8, 9])
    }

    @Test func controlCharactersVanishAndSpacesPart() throws {
        #expect(try ids("a\u{0}a \u{200B} a\u{AD}a a\u{85}a") == [8, 9, 8, 9, 8, 9])
        #expect(try ids("a\u{A0}a\u{3000}a\u{2028}a\ta") == [8, 8, 8, 8, 8])
    }

    @Test func capitalSharpSIsSmall() throws { #expect(try ids("SS") == [13]) }

    @Test func tokensThatAreWrittenOutAreTokens() throws { #expect(try ids("a[SEP]a [sep]") == [8, 3, 8, 1, 1, 1]) }

    @Test func longWordsAreUnknown() throws {
        #expect(try ids(String(repeating: "a", count: 100)).count == 100)
        #expect(try ids(String(repeating: "a", count: 101)) == [1])
        #expect(try ids(String(repeating: "a", count: 1_000_000)) == [1])
    }

    @Test func textEndsAtTheLimit() throws {
        #expect(try ids(String(repeating: "a ", count: 100_000), limit: 8) == Array(repeating: 8, count: 6))
        #expect(try ids(String(repeating: "a", count: 50), limit: 8) == [8, 9, 9, 9, 9, 9])
        #expect(try ids("") == [])
    }

    private func words(_ text: String, limit: Int = 256) throws -> WordPieceText {
        try WordPieceTokenizer(Vocabulary(Array(Self.pieces.joined(separator: "\n").utf8)), limit: limit).encodeWords(text)
    }

    @Test func wordsKnowTheirTokens() throws {
        let read = try words("Unaffable É.[SEP]x中")
        #expect(read.words.map(\.text) == ["unaffable", "e", ".", "[SEP]", "x", "中"])
        #expect(read.words.map(\.tokens) == [1..<4, 4..<5, 5..<6, 6..<7, 7..<8, 8..<9])
        #expect(read.ids == [2, 5, 6, 7, 12, 11, 3, 1, 10, 3])
    }

    @Test func wordsEndAtTheLimitAsTextDoes() throws {
        #expect(try words("a unaffable b", limit: 5).words.map(\.tokens) == [1..<2, 2..<4])
        #expect(try words("", limit: 3).words.isEmpty)
        #expect(try words(String(repeating: "a", count: 1000)).words.map(\.text.utf8.count) == [WordPieceTokenizer.wordLimit])
    }

    @Test func anUnusableVocabularyIsRefused() throws {
        #expect(throws: Vocabulary.Invalid.self) { try Vocabulary([]) }
        #expect(throws: Vocabulary.Invalid.self) { try Vocabulary(Array(repeating: 97, count: 1000)) }
        let vocabulary = try Vocabulary(Array("[UNK]\n[CLS]".utf8))
        #expect(throws: Vocabulary.Invalid(description: "the vocabulary lacks [SEP]")) { try WordPieceTokenizer(vocabulary, limit: 8) }
    }

    /// Every assigned scalar within a word, scripts of the vocabulary at random, the naughty strings, passages of the corpora.
    @Test(.enabled(if: LocalModel.hasReference)) func idsAreThoseOfTheReference() throws {
        let vocabulary = try Vocabulary(Array(readFile("\(LocalModel.path)/vocab.txt")))
        let tokenizer = try WordPieceTokenizer(vocabulary, limit: 256)
        let texts = try LocalModel.referenceTexts("tokens")
        let expected = try LocalModel.referenceIDs("tokens")
        #expect(texts.count == expected.count && texts.count > 2000)
        for (text, ids) in zip(texts, expected) where tokenizer.encode(text) != ids { Issue.record("\(text.debugDescription)") }
    }
}
