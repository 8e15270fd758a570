/// A text as a model reads it, with the words that its tokens are from.
public struct WordPieceText: Hashable, Sendable {
    /// What stands between white space; each punctuation mark and Chinese character is a word too.
    public struct Word: Hashable, Sendable {
        /// As the model reads it: in lower case, without accents; of an overlong word its beginning.
        public let text: String
        /// Its places among the ids, one at least; fewer than it has pieces where the text ends within the word.
        public let tokens: Range<Int>

        public init(text: String, tokens: Range<Int>) {
            self.text = text
            self.tokens = tokens
        }
    }

    /// With `[CLS]` and `[SEP]` around them.
    public let ids: [Int32]
    /// In their order; the two tokens around the text are no words.
    public let words: [Word]
}
