/// The encoding that markup says it is in.
enum MarkupEncoding {
    private static let searched = 4_096

    /// From `<?xml encoding=…>`, `<meta charset=…>` or `<meta http-equiv=… content="…charset=…">` in the file's beginning.
    static func declared(in bytes: [UInt8]) -> String? {
        let text = String(decoding: bytes.prefix(searched).map { $0 < 0x80 ? $0 : 0x3f }, as: UTF8.self).lowercased()
        if text.hasPrefix("<?xml"), let end = text.firstRange(of: "?>"), let found = value(after: "encoding", in: text[..<end.lowerBound]) {
            return found
        }
        var rest = text[...]
        while let meta = rest.firstRange(of: "<meta") {
            rest = rest[meta.upperBound...]
            let tag = rest.prefix { $0 != ">" }
            if let found = value(after: "charset", in: tag) { return found }
        }
        return nil
    }

    private static func value(after name: String, in text: Substring) -> String? {
        guard let start = text.firstRange(of: name) else { return nil }
        let rest = text[start.upperBound...].drop { $0.isWhitespace }
        guard rest.first == "=" else { return nil }
        let value = rest.dropFirst().drop { $0.isWhitespace || $0 == "\"" || $0 == "'" }.prefix { !"\"';>/ ".contains($0) && !$0.isWhitespace }
        // What can be read as ASCII so far is not UTF-16, whatever it says.
        return value.isEmpty || value.hasPrefix("utf-16") ? nil : String(value)
    }
}
