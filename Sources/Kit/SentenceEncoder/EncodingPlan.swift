/// Texts sorted by length and put together into batches of about as many tokens each, so that several threads end at about one time.
public struct EncodingPlan: Sendable {
    /// Tokens of a batch: enough that a matrix product packs its right side for many rows, few enough that what is between two products
    /// stays in the processor's cache.
    public static let batchTokens = 768

    public struct Batch: Sendable {
        public let tokens: TokenBatch
        /// The tokens that each vector is the mean of, in the batch's order: a text each, or a word.
        public let spans: [Range<Int>]
        /// Where in the request each text stood.
        public let places: [Int]
    }

    public let batches: [Batch]

    /// - Parameters:
    ///   - texts: the ids of each text, none empty.
    ///   - words: the tokens of each word of each text, where vectors of words are asked for; nil for those of texts.
    public init(_ texts: [[Int32]], words: [[Range<Int>]]? = nil, batchTokens: Int = Self.batchTokens) {
        let order = texts.indices.sorted { (texts[$0].count, $1) > (texts[$1].count, $0) }
        var batches: [Batch] = []
        var tokens = TokenBatch()
        var places: [Int] = []
        var spans: [Range<Int>] = []
        for place in order {
            if !places.isEmpty, tokens.ids.count + texts[place].count > batchTokens {
                batches.append(Batch(tokens: tokens, spans: spans, places: places))
                tokens = TokenBatch()
                (spans, places) = ([], [])
            }
            let first = tokens.ids.count
            spans += (words?[place] ?? [0..<texts[place].count]).map { $0.lowerBound + first..<$0.upperBound + first }
            tokens.append(texts[place])
            places.append(place)
        }
        if !places.isEmpty { batches.append(Batch(tokens: tokens, spans: spans, places: places)) }
        self.batches = batches
    }
}
