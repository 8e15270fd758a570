/// OpenDocument (ISO 26300): texts, presentations and spreadsheets.
enum OpenDocumentParser {
    static func parse(_ bytes: [UInt8], format: DocumentFormat, limits: DocumentParser.Limits) throws(DocumentError) -> ParsedDocument {
        let wanted: Set<String> = ["content.xml", "meta.xml", "META-INF/manifest.xml"]
        let archive = try ZipArchive(bytes, format: format, limit: limits.unpackedBytes, wanting: wanted.contains)
        if let manifest = archive["META-INF/manifest.xml"] {
            var search = ElementSearch(name: "manifest:encryption-data")
            try XMLReading.read(manifest, format: format, into: &search)
            if search.isFound { throw .encrypted(format) }
        }
        var body = OpenDocumentBody(format: format)
        try XMLReading.read(try archive.part("content.xml"), format: format, into: &body)
        return try body.builder.document(
            title: PackageTitle.read(archive, format: format, part: "meta.xml"), pageCount: format == .odp ? body.pageCount : nil)
    }
}

/// Whether an element stands anywhere.
struct ElementSearch: XMLVisitor {
    let name: String
    private(set) var isFound = false

    init(name: String) { self.name = name }

    mutating func open(_ element: XMLElement) -> Bool {
        if element.name == name { isFound = true }
        return true
    }

    mutating func close(_ name: String) {}
    mutating func text(_ text: String) {}
}

/// Follows the content of an OpenDocument file. What was deleted under revision and people's remarks on it are left out.
struct OpenDocumentBody: XMLVisitor {
    private static let nestingLimit = 60
    private static let repeatLimit = 1_024

    var builder = DocumentBuilder()
    private(set) var pageCount = 0
    private let format: DocumentFormat
    private var paragraphs: [(text: String, level: Int?)] = []
    private var notes: [String] = []
    private var noteDepth = 0
    private var listDepth = 0
    private var tables: [Table] = []
    private var cellCount = 0

    private struct Table {
        var rows = TableRows()
        var cells: [String] = []
        var cell = ""
        var value: String?
        var repeats = 1
        var isInHeader = false
    }

    init(format: DocumentFormat) { self.format = format }

    mutating func open(_ element: XMLElement) throws(DocumentError) -> Bool {
        switch element.name {
        case "text:tracked-changes", "office:annotation", "text:note-citation", "text:table-of-content-source", "office:forms", "svg:title",
            "svg:desc":
            return false
        case "text:p", "text:h":
            guard paragraphs.count < Self.nestingLimit else { throw .nestedTooDeeply }
            paragraphs.append(("", element.name == "text:h" ? max(1, min(element.number("outline-level") ?? 1, 9)) : nil))
        case "text:s": append(String(repeating: " ", count: max(1, min(element.number("c") ?? 1, 200))))
        case "text:tab": append("\t")
        case "text:line-break": append("\n")
        case "text:note": noteDepth += 1
        case "text:list": listDepth += 1
        case "draw:page":
            pageCount += 1
            if format == .odp { builder.page = pageCount }
        case "table:table":
            guard tables.count < Self.nestingLimit else { throw .nestedTooDeeply }
            if format == .ods, tables.isEmpty { builder.add(.heading(level: 1), element["name"] ?? "") }
            tables.append(Table())
        case "table:table-header-rows": table { $0.isInHeader = true }
        case "table:table-row": table { $0.cells = [] }
        case "table:table-cell", "table:covered-table-cell":
            let repeats = max(1, min(element.number("number-columns-repeated") ?? 1, Self.repeatLimit))
            let value = Self.value(of: element)
            table {
                $0.cell = ""
                $0.value = value
                $0.repeats = repeats
            }
        default: break
        }
        return true
    }

    mutating func close(_ name: String) throws(DocumentError) {
        switch name {
        case "text:p", "text:h": if let paragraph = paragraphs.popLast() { end(paragraph) }
        case "text:note": noteDepth -= 1
        case "text:list": listDepth -= 1
        case "table:table-header-rows": table { $0.isInHeader = false }
        case "table:table-cell", "table:covered-table-cell":
            cellCount += 1
            guard cellCount <= DocumentParser.cellLimit else { throw .tooManyCells(DocumentParser.cellLimit) }
            table { table in
                let shown = table.cell.isEmpty ? table.value ?? "" : table.cell
                table.cells += Array(repeating: shown, count: shown.isEmpty || table.repeats < 64 ? table.repeats : 1)
            }
        case "table:table-row": endRow()
        case "table:table": if var table = tables.popLast(), tables.isEmpty { table.rows.end(in: &builder) }
        case "office:body":
            for note in notes { builder.add(.paragraph, note) }
            notes = []
        default: break
        }
    }

    mutating func text(_ text: String) { if !paragraphs.isEmpty { append(text) } }

    private mutating func append(_ text: String) {
        if !paragraphs.isEmpty { paragraphs[paragraphs.count - 1].text += text }
    }

    private mutating func table(_ change: (inout Table) -> Void) {
        if !tables.isEmpty { change(&tables[tables.count - 1]) }
    }

    /// What a cell without text holds.
    private static func value(of cell: XMLElement) -> String? {
        switch cell["value-type"] {
        case "date": cell["date-value"]
        case "time": cell["time-value"]
        case "boolean": cell["boolean-value"]
        case "string": cell["string-value"]
        default: cell["value"]
        }
    }

    private mutating func end(_ paragraph: (text: String, level: Int?)) {
        let text = paragraph.text
        guard !text.trimmed().isEmpty else { return }
        if noteDepth > 0 {
            notes.append(text)
        } else if !tables.isEmpty {
            table { $0.cell += $0.cell.isEmpty ? text : "\n" + text }
        } else if let level = paragraph.level {
            builder.add(.heading(level: level), text)
        } else {
            builder.add(listDepth > 0 ? .listItem : .paragraph, text)
        }
    }

    private mutating func endRow() {
        guard let last = tables.indices.last else { return }
        var cells = tables[last].cells
        while cells.last?.isEmpty == true { cells.removeLast() }
        guard !cells.isEmpty else { return }
        if last > 0 {
            let row = cells.filter { !$0.isEmpty }.joined(separator: "; ")
            tables[last - 1].cell += tables[last - 1].cell.isEmpty ? row : "\n" + row
        } else {
            let isHeader = tables[0].isInHeader || format == .ods && cells.allSatisfy { Double($0) == nil }
            tables[0].rows.add(cells, isHeader: isHeader, to: &builder)
        }
    }
}
