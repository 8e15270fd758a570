/// Texts sorted by length and put together into batches of about as many tokens each, so that several threads end at about one time.
public struct EncodingPlan: Sendable {
    /// Tokens of a batch: enough that a matrix product packs its right side for many rows, few enough that what is between two products
    /// stays in the processor's cache.
    public static let batchTokens = 768

    public struct Batch: Sendable {
        public let tokens: TokenBatch
        /// Where in the request each text stood.
        public let places: [Int]
    }

    public let batches: [Batch]

    /// - Parameter texts: the ids of each text, none empty.
    public init(_ texts: [[Int32]], batchTokens: Int = Self.batchTokens) {
        let order = texts.indices.sorted { (texts[$0].count, $1) > (texts[$1].count, $0) }
        var batches: [Batch] = []
        var tokens = TokenBatch()
        var places: [Int] = []
        for place in order {
            if !places.isEmpty, tokens.ids.count + texts[place].count > batchTokens {
                batches.append(Batch(tokens: tokens, places: places))
                tokens = TokenBatch()
                places = []
            }
            tokens.append(texts[place])
            places.append(place)
        }
        if !places.isEmpty { batches.append(Batch(tokens: tokens, places: places)) }
        self.batches = batches
    }
}
