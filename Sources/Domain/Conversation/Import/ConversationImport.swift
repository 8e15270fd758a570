import JSON

/// What a file with conversations is, told by its bytes.
package enum ConversationImport {
    /// Products whose exports are read here.
    package enum Product: String, Sendable, CaseIterable {
        case chatGPT = "chatgpt"
        case openWebUI = "open_webui"
    }

    package enum Format: Sendable, Hashable {
        /// This server's own: JSON Lines, of which the first is an object with `"format": "loquat"`.
        case own
        case product(Product)
    }

    package struct Limits: Sendable {
        /// Of a file.
        package var bytes = 1 << 30
        /// That are read from one.
        package var conversations = 100_000

        package init() {}
    }

    /// How zip, gzip and 7z begin.
    private static let archives: [[UInt8]] = [[0x50, 0x4b], [0x1f, 0x8b], [0x37, 0x7a, 0xbc, 0xaf]]
    /// Bytes that the first line of this server's own format has at the most.
    static let headerLimit = 64 << 10
    /// JSON values of an event or a conversation: an answer in the smallest steps has one for each.
    static let valueLimit = 4_000_000
    /// How many values of a list are looked at: the first ones may be damaged.
    private static let sampleLimit = 50

    /// - Throws: `ImportError`, for what is none of them.
    package static func detect(_ bytes: [UInt8], limits: Limits = Limits()) throws(ImportError) -> Format {
        guard bytes.count <= limits.bytes else { throw .tooLarge(limits.bytes) }
        let start = ExportElements.start(of: bytes)
        guard start < bytes.count else { throw .empty }
        if archives.contains(where: { bytes.starts(with: $0) }) { throw .archive }
        if bytes.starts(with: [0xff, 0xfe]) || bytes.starts(with: [0xfe, 0xff]) || bytes.prefix(2).contains(0) { throw .otherEncoding }
        switch bytes[start] {
        case UInt8(ascii: "<"): throw .webPage
        case UInt8(ascii: "{"), UInt8(ascii: "["): break
        default: throw .notJSON("it begins with neither [ nor {")
        }
        if isOwn(bytes[start...]) { return .own }
        return .product(try product(bytes))
    }

    private static func isOwn(_ bytes: ArraySlice<UInt8>) -> Bool {
        let line = bytes.prefix(headerLimit).prefix { $0 != 0x0a }
        // reason: what is no line of JSON is looked at as a whole next
        guard let header = try? ExportElements.value(line).value else { return false }
        return header["format"]?.string == "loquat"
    }

    private static func product(_ bytes: [UInt8]) throws(ImportError) -> Product {
        var elements = ExportElements(bytes)
        var damage: String?
        var isJSON = false
        for _ in 0..<sampleLimit {
            guard let element = elements.next() else { break }
            do {
                let (value, _) = try ExportElements.value(element)
                if ChatGPTExport.matches(value) { return .chatGPT }
                if OpenWebUIExport.matches(value) { return .openWebUI }
                isJSON = true
            } catch {
                damage = damage ?? error.description
            }
        }
        if isJSON { throw .unknown }
        if let damage { throw .notJSON(damage) }
        if elements.isCutOff { throw .notJSON("it breaks off") }
        throw .noConversations
    }
}
