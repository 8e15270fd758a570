/// Texts as tokens, behind each other without padding.
public struct TokenBatch: Sendable {
    /// The ids of all texts.
    public private(set) var ids: [Int32] = []
    /// Tokens of each text; none is 0.
    public private(set) var lengths: [Int] = []

    public init() {}

    /// - Parameter text: not empty; what a tokenizer gives never is.
    public mutating func append(_ text: [Int32]) {
        precondition(!text.isEmpty, "a text has at least the tokens around it")
        ids.append(contentsOf: text)
        lengths.append(text.count)
    }
}
