/// Builds a parsed document block by block.
struct DocumentBuilder {
    private(set) var text = ""
    private(set) var blocks: [ParsedDocument.Block] = []
    /// More was to be added than a document may have: the rest was left out.
    private(set) var isOverfull = false
    /// Of the blocks that follow.
    var page: Int?
    private var count = 0

    /// Unicode scalars of one document's text at the most.
    static let textLimit = 64 << 20
    /// Unicode scalars of a column's name, which stands before each of its values.
    private static let nameLimit = 120

    /// Adds a block, set apart from the one before by an empty line; records follow each other line by line. Blank text is left out.
    mutating func add(_ kind: ParsedDocument.Block.Kind, _ block: String) {
        let trimmed = block.trimmed()
        guard !trimmed.isEmpty, !isOverfull else { return }
        let length = trimmed.unicodeScalars.count
        guard count + length < Self.textLimit else {
            isOverfull = true
            return
        }
        if let last = blocks.last {
            let gap = kind == .record && last.kind == .record ? "\n" : "\n\n"
            text += gap
            count += gap.utf8.count
        }
        let start = count
        text += trimmed
        count += length
        blocks.append(ParsedDocument.Block(kind: kind, start: start, end: count, page: page))
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

    /// Adds what was read of another document, its headings below this level.
    mutating func add(_ document: ParsedDocument, below level: Int) {
        let scalars = document.text.unicodeScalars
        var (index, offset) = (scalars.startIndex, 0)
        for block in document.blocks {
            let start = scalars.index(index, offsetBy: block.start - offset)
            let end = scalars.index(start, offsetBy: block.end - block.start)
            (index, offset) = (end, block.end)
            if case .heading(let inner) = block.kind {
                add(.heading(level: inner + level), String(scalars[start..<end]))
            } else {
                add(block.kind, String(scalars[start..<end]))
            }
        }
    }

    /// - Throws: `too_much_text`.
    func document(title: String?, pageCount: Int? = nil) throws(DocumentError) -> ParsedDocument {
        if isOverfull { throw .tooMuchText }
        let title = title.map { $0.collapsed() }.flatMap { $0.isEmpty ? nil : $0 }
        return ParsedDocument(title: title, text: text, blocks: blocks, pageCount: pageCount)
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
