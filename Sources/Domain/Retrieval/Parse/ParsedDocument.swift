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
    /// There was more text than a document may have.
    let isOverfull: Bool

    package init(title: String?, text: String, blocks: [Block], pageCount: Int? = nil, isOverfull: Bool = false) {
        self.isOverfull = isOverfull
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
    /// More was to be added than a document may have: the rest was left out.
    private(set) var isOverfull = false

    /// Unicode scalars of one document's text at the most.
    static let textLimit = 64 << 20
    /// Unicode scalars of a column's name, which stands before each of its values.
    private static let nameLimit = 120

    /// Adds a block, set apart from the one before by an empty line; records follow each other line by line. Blank text is left out.
    mutating func add(_ kind: ParsedDocument.Block.Kind, _ text: String) {
        let trimmed = text.trimmed()
        guard !trimmed.isEmpty, !isOverfull else { return }
        guard scalars.count + trimmed.unicodeScalars.count < Self.textLimit else {
            isOverfull = true
            return
        }
        if let last = blocks.last {
            scalars.append("\n")
            if kind != .record || last.kind != .record { scalars.append("\n") }
        }
        let start = scalars.count
        scalars.append(contentsOf: trimmed.unicodeScalars)
        blocks.append(ParsedDocument.Block(kind: kind, start: start, end: scalars.count))
    }

    /// Adds a table's row as `column: value; column: value`, so that a row found alone still says what its values are.
    mutating func addRow(_ row: [String], header: [String]) {
        let fields = row.enumerated().compactMap { index, value -> String? in
            let value = value.collapsed()
            guard !value.isEmpty else { return nil }
            let name = index < header.count ? String(header[index].prefix(Self.nameLimit)) : ""
            return name.isEmpty ? value : "\(name): \(value)"
        }
        add(.record, fields.joined(separator: "; "))
    }

    func document(title: String?) -> ParsedDocument {
        var text = String.UnicodeScalarView()
        text.append(contentsOf: scalars)
        return ParsedDocument(title: title, text: String(text), blocks: blocks, isOverfull: isOverfull)
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
