/// A document as text with its structure. The text is what people read, quote and cite; offsets are counted in its Unicode scalars.
package struct ParsedDocument: Sendable, Hashable {
    package struct Block: Sendable, Hashable {
        package enum Kind: Sendable, Hashable {
            case heading(level: Int)
            case paragraph
            /// Text that is not prose: code, a table's row, a record. Chunks do not break inside a line of it.
            case record
        }

        package let kind: Kind
        package let start: Int
        package let end: Int
        package let page: Int?

        package init(kind: Kind, start: Int, end: Int, page: Int? = nil) {
            self.kind = kind
            self.start = start
            self.end = end
            self.page = page
        }
    }

    package let title: String?
    package let text: String
    package let blocks: [Block]
    package let pageCount: Int?

    package init(title: String?, text: String, blocks: [Block], pageCount: Int? = nil) {
        self.title = title
        self.text = text
        self.blocks = blocks
        self.pageCount = pageCount
    }
}

/// Builds a parsed document block by block.
struct DocumentBuilder {
    private(set) var scalars: [Unicode.Scalar] = []
    private(set) var blocks: [ParsedDocument.Block] = []

    /// Adds a block, set apart from the one before by an empty line; records follow each other line by line. Blank text is left out.
    mutating func add(_ kind: ParsedDocument.Block.Kind, _ text: String) {
        let trimmed = text.trimmed()
        guard !trimmed.isEmpty else { return }
        if let last = blocks.last {
            scalars.append("\n")
            if kind != .record || last.kind != .record { scalars.append("\n") }
        }
        let start = scalars.count
        scalars.append(contentsOf: trimmed.unicodeScalars)
        blocks.append(ParsedDocument.Block(kind: kind, start: start, end: scalars.count))
    }

    func document(title: String?) -> ParsedDocument {
        var text = String.UnicodeScalarView()
        text.append(contentsOf: scalars)
        return ParsedDocument(title: title, text: String(text), blocks: blocks)
    }
}

extension StringProtocol {
    /// Without white space at both ends.
    func trimmed() -> String {
        guard let first = firstIndex(where: { !$0.isWhitespace }), let last = lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(self[first...last])
    }

    /// With each run of white space made one space.
    func collapsed() -> String { split(whereSeparator: \.isWhitespace).joined(separator: " ") }
}
