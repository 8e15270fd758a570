/// Reads documents of the formats that are known here.
package enum DocumentParser {
    /// What is read, by media type.
    package static let mediaTypes = ["text/plain", "text/markdown", "text/html", "text/csv", "application/json"]

    /// The media type of a file: what was declared where that is specific and known, else what the name's extension says.
    /// Nil where neither is known.
    package static func mediaType(declared: String?, filename: String?) -> String? {
        let base = declared?.split(separator: ";").first.map { $0.trimmed().lowercased() }
        if let base, base != "text/plain", mediaTypes.contains(base) { return base }
        if let filename, let known = mediaType(ofFile: filename) { return known }
        if base == "text/x-markdown" { return "text/markdown" }
        if base == "application/xhtml+xml" { return "text/html" }
        return base == "text/plain" ? base : nil
    }

    private static func mediaType(ofFile name: String) -> String? {
        guard let dot = name.lastIndex(of: ".") else { return nil }
        switch name[name.index(after: dot)...].lowercased() {
        case "txt", "text", "log", "rst": return "text/plain"
        case "md", "markdown", "mdown", "mkd": return "text/markdown"
        case "html", "htm", "xhtml": return "text/html"
        case "csv": return "text/csv"
        case "json": return "application/json"
        default: return nil
        }
    }

    /// - Throws: `DocumentError` with a reason that a person can act on.
    package static func parse(_ bytes: [UInt8], mediaType: String) throws(DocumentError) -> ParsedDocument {
        let parsed: ParsedDocument
        switch mediaType {
        case "text/markdown": parsed = try MarkdownParser.parse(try TextDecoding.decode(bytes))
        case "text/html": parsed = try HTMLParser.parse(try TextDecoding.decode(bytes))
        case "text/csv": parsed = CSVParser.parse(try TextDecoding.decode(bytes))
        case "application/json": parsed = try JSONTextParser.parse(bytes)
        case "text/plain": parsed = PlainTextParser.parse(try TextDecoding.decode(bytes))
        default: throw DocumentError(code: "unsupported_media_type", message: "\(mediaType) cannot be read here.")
        }
        guard !parsed.isOverfull else {
            throw DocumentError(
                code: "too_much_text", message: "The document has more than \(DocumentBuilder.textLimit) characters of text. Divide it.")
        }
        guard !parsed.blocks.isEmpty else {
            throw DocumentError(code: "empty_document", message: "There is no text in the document.")
        }
        return parsed
    }
}
