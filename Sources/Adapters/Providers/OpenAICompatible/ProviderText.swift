import JSON

/// The content of a message as a provider sends it: a text, or parts of which some are text.
struct ProviderText {
    let text: String
    /// Parts that are something else, as they were sent.
    let others: [JSONValue]

    init(_ content: JSONValue?) {
        guard let parts = content?.array else {
            text = content?.string ?? ""
            others = []
            return
        }
        text = parts.compactMap(Self.text).joined()
        others = parts.filter { Self.text($0) == nil }
    }

    private static func text(_ part: JSONValue) -> String? { part["type"]?.string == "text" ? part["text"]?.string : nil }
}
