/// Follows the text of a Word document.
struct WordBody: XMLVisitor {
    private static let nestingLimit = 60

    var builder = DocumentBuilder()
    private let styles: WordStyles
    private var numbering: WordNumbering
    /// A text box stands in a paragraph and has paragraphs of its own.
    private var paragraphs: [Paragraph] = []
    private var tables: [Table] = []
    private var isText = false
    private var cellCount = 0

    private struct Paragraph {
        var text = ""
        var style: String?
        var outline: Int?
        var list: (number: String, level: Int)?
    }

    private struct Table {
        var rows = TableRows()
        var cells: [String] = []
        var cell: String?
        var firstRowIsHeader = false
        var isHeader = false
        var isFirst = true
    }

    init(styles: WordStyles, numbering: WordNumbering) {
        self.styles = styles
        self.numbering = numbering
    }

    mutating func open(_ element: XMLElement) throws(DocumentError) -> Bool {
        switch element.name {
        // What was deleted or moved away, what stands in for a drawing, and the marks between notes.
        case "w:del", "w:moveFrom", "mc:Fallback", "w:instrText", "w:sectPr": return false
        case "w:footnote", "w:endnote": return element["type"] == nil || element["type"] == "normal"
        case "w:p":
            guard paragraphs.count < Self.nestingLimit else { throw .nestedTooDeeply }
            paragraphs.append(Paragraph())
        case "w:pStyle": paragraph { $0.style = element["val"] }
        case "w:outlineLvl": paragraph { $0.outline = element.number("val") }
        case "w:numId": paragraph { $0.list = (element["val"] ?? "", $0.list?.level ?? 0) }
        case "w:ilvl": paragraph { $0.list = ($0.list?.number ?? "", element.number("val") ?? 0) }
        case "w:t", "m:t": isText = true
        case "w:tab" where !paragraphs.isEmpty && element["pos"] == nil: paragraph { $0.text += "\t" }
        case "w:br", "w:cr": paragraph { $0.text += "\n" }
        case "w:noBreakHyphen": paragraph { $0.text += "\u{2011}" }
        case "w:tbl":
            guard tables.count < Self.nestingLimit else { throw .nestedTooDeeply }
            tables.append(Table())
        case "w:tblLook":
            let flags = element["val"].flatMap { Int($0, radix: 16) } ?? 0
            table { $0.firstRowIsHeader = element["firstRow"].map { $0 == "1" || $0 == "true" } ?? (flags & 0x20 != 0) }
        case "w:tr":
            table {
                $0.cells = []
                $0.isHeader = $0.isFirst && $0.firstRowIsHeader
            }
        case "w:tblHeader": table { if $0.isFirst, element["val"] != "0", element["val"] != "false" { $0.isHeader = true } }
        case "w:tc": table { $0.cell = "" }
        case "w:gridSpan":
            // Cells that are not there keep the columns in line.
            let more = min(max(0, (element.number("val") ?? 1) - 1), 100)
            table { $0.cells += Array(repeating: "", count: more) }
        default: break
        }
        return true
    }

    mutating func close(_ name: String) throws(DocumentError) {
        switch name {
        case "w:t", "m:t": isText = false
        case "w:p":
            if let paragraph = paragraphs.popLast() { end(paragraph) }
        case "w:tc":
            cellCount += 1
            guard cellCount <= DocumentParser.cellLimit else { throw .tooManyCells(DocumentParser.cellLimit) }
            table {
                $0.cells.append($0.cell ?? "")
                $0.cell = nil
            }
        case "w:tr": endRow()
        case "w:tbl":
            if var table = tables.popLast(), tables.isEmpty { table.rows.end(in: &builder) }
        default: break
        }
    }

    mutating func text(_ text: String) { if isText { paragraph { $0.text += text } } }

    private mutating func paragraph(_ change: (inout Paragraph) -> Void) {
        if !paragraphs.isEmpty { change(&paragraphs[paragraphs.count - 1]) }
    }

    private mutating func table(_ change: (inout Table) -> Void) {
        if !tables.isEmpty { change(&tables[tables.count - 1]) }
    }

    private mutating func end(_ paragraph: Paragraph) {
        guard !paragraph.text.trimmed().isEmpty else { return }
        let style = paragraph.style.flatMap { styles[$0] }
        let list = paragraph.list ?? style?.list
        let label = list.map { numbering.label(of: $0.number, level: $0.level) } ?? ""
        let text = label.isEmpty ? paragraph.text : "\(label) \(paragraph.text.trimmed())"
        if !tables.isEmpty {
            table { $0.cell = [$0.cell ?? "", text].filter { !$0.isEmpty }.joined(separator: "\n") }
        } else if let level = paragraph.outline.map({ $0 < 9 ? $0 + 1 : nil }) ?? style?.headingLevel {
            builder.add(.heading(level: level), text)
        } else {
            builder.add(list != nil && list?.number != "0" ? .listItem : .paragraph, text)
        }
    }

    /// A table within a table's cell is that cell's text.
    private mutating func endRow() {
        guard let last = tables.indices.last else { return }
        let (cells, isHeader) = (tables[last].cells, tables[last].isHeader)
        tables[last].isFirst = false
        if last == 0 {
            tables[last].rows.add(cells, isHeader: isHeader, to: &builder)
        } else {
            let row = cells.filter { !$0.isEmpty }.joined(separator: "; ")
            tables[last - 1].cell = [tables[last - 1].cell ?? "", row].filter { !$0.isEmpty }.joined(separator: "\n")
        }
    }
}
