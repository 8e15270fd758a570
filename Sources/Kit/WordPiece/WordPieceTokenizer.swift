/// The tokenizer of BERT's uncased models: the same ids as the `tokenizers` library gives with the model's `tokenizer.json`.
///
/// Words are cut from the left into the longest pieces that the vocabulary has (Wu et al., arXiv:1609.08144); a word that cannot be
/// cut, or has more than 100 characters, becomes `[UNK]`. Reading ends where the model's limit is reached, so a long text costs no more
/// than its beginning.
public struct WordPieceTokenizer: Sendable {
    /// Characters of a word; a longer one is unknown.
    public static let wordLimit = 100

    private let vocabulary: Vocabulary
    private let unknown: Int32
    private let opening: Int32
    private let closing: Int32
    /// Tokens that a text may write out, with their bytes.
    private let special: [(text: [UInt8], id: Int32)]
    /// The most tokens of a text, with the two around it.
    public let limit: Int

    /// - Parameters:
    ///   - limit: at least 3.
    /// - Throws: `Vocabulary.Invalid` where a token that the model needs is missing.
    public init(_ vocabulary: Vocabulary, limit: Int) throws(Vocabulary.Invalid) {
        func required(_ text: String) throws(Vocabulary.Invalid) -> Int32 {
            guard let id = vocabulary.id(of: text) else { throw Vocabulary.Invalid(description: "the vocabulary lacks \(text)") }
            return id
        }
        guard limit >= 3 else { throw Vocabulary.Invalid(description: "a limit of \(limit) tokens leaves no room for text") }
        self.vocabulary = vocabulary
        self.limit = limit
        unknown = try required("[UNK]")
        opening = try required("[CLS]")
        closing = try required("[SEP]")
        var special: [(text: [UInt8], id: Int32)] = []
        for text in ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"] {
            if let id = vocabulary.id(of: text) { special.append((Array(text.utf8), id)) }
        }
        self.special = special
    }

    /// The ids of a text, `[CLS]` and `[SEP]` around them, at most `limit`.
    public func encode(_ text: String) -> [Int32] { encode(text, keepsWords: false).ids }

    /// The ids of a text, and its words as BERT parts them.
    public func encodeWords(_ text: String) -> WordPieceText { encode(text, keepsWords: true) }

    private func encode(_ text: String, keepsWords: Bool) -> WordPieceText {
        var text = text
        return text.withUTF8 { bytes in
            var reading = Reading(vocabulary: vocabulary, unknown: unknown, limit: limit - 1, ids: [opening], keepsWords: keepsWords)
            read(bytes, into: &reading)
            reading.endWord()
            var ids = reading.ids
            if ids.count > limit - 1 { ids.removeLast(ids.count - limit + 1) }
            let words = (reading.words ?? []).filter { $0.tokens.lowerBound < ids.count }.map {
                WordPieceText.Word(text: $0.text, tokens: $0.tokens.clamped(to: 0..<ids.count))
            }
            ids.append(closing)
            return WordPieceText(ids: ids, words: words)
        }
    }

    /// How many tokens the whole text has, those around it not counted. White space parts tokens: the words of a text have as many as it.
    public func tokenCount(_ text: some StringProtocol) -> Int {
        var text = String(text)
        return text.withUTF8 { bytes in
            var reading = Reading(vocabulary: vocabulary, unknown: unknown, limit: .max, ids: [])
            read(bytes, into: &reading)
            reading.endWord()
            return reading.ids.count
        }
    }

    private func read(_ bytes: UnsafeBufferPointer<UInt8>, into reading: inout Reading) {
        var position = 0
        while position < bytes.count, !reading.isFull {
            let byte = bytes[position]
            if byte < 0x80 {
                if byte == UInt8(ascii: "["), let found = special.first(where: { bytes[position...].starts(with: $0.text) }) {
                    reading.take(special: found.id, found.text)
                    position += found.text.count
                    continue
                }
                reading.take(ascii: byte)
                position += 1
                continue
            }
            let (scalar, length) = Self.scalar(at: position, of: bytes)
            reading.take(scalar)
            position += length
        }
    }

    /// The scalar of a Swift string's bytes, which are valid, beyond ASCII.
    private static func scalar(at position: Int, of bytes: UnsafeBufferPointer<UInt8>) -> (Unicode.Scalar, length: Int) {
        let lead = UInt32(bytes[position])
        let length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2
        var value = lead & (0x7F >> UInt32(length))
        for next in 1..<length { value = value << 6 | UInt32(bytes[position + next]) & 0x3F }
        return (Unicode.Scalar(value) ?? "\u{FFFD}", length)
    }
}
