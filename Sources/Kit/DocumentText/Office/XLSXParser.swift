/// Excel's workbooks (ECMA-376, SpreadsheetML): a heading a sheet, a record a row, values as they were computed last.
enum XLSXParser {
    private static let sheetLimit = 1_000

    static func parse(_ bytes: [UInt8], limits: DocumentParser.Limits) throws(DocumentError) -> ParsedDocument {
        let archive = try ZipArchive(bytes, format: .xlsx, limit: limits.unpackedBytes) { $0.hasSuffix(".xml") || $0.hasSuffix(".rels") }
        let main = try PackageRelations(of: "", in: archive, format: .xlsx).first("officeDocument") ?? "xl/workbook.xml"
        let relations = try PackageRelations(of: main, in: archive, format: .xlsx)
        var workbook = Workbook()
        try XMLReading.read(try archive.part(main), format: .xlsx, into: &workbook)
        guard workbook.sheets.count <= sheetLimit else { throw .broken(.xlsx, "it has more than \(sheetLimit) sheets") }
        var strings = SharedStrings()
        if let part = relations.first("sharedStrings").flatMap({ archive[$0] }) { try XMLReading.read(part, format: .xlsx, into: &strings) }
        var formats = CellFormats(startsIn1904: workbook.startsIn1904)
        if let part = relations.first("styles").flatMap({ archive[$0] }) { try XMLReading.read(part, format: .xlsx, into: &formats) }
        var builder = DocumentBuilder()
        for (name, id) in workbook.sheets {
            // Sheets of charts alone have no cells.
            guard let target = relations.targets[id], target.kind == "worksheet" else { continue }
            builder.add(.heading(level: 1), name)
            var sheet = SheetReader(builder: builder, strings: strings.strings, formats: formats)
            try XMLReading.read(try archive.part(target.path), format: .xlsx, into: &sheet)
            builder = sheet.finished()
            try addNotes(of: target.path, in: archive, to: &builder)
        }
        guard builder.blocks.contains(where: { $0.kind == .record || $0.kind == .paragraph }) else { throw .empty }
        return try builder.document(title: PackageTitle.read(archive, format: .xlsx, part: "docProps/core.xml"))
    }

    /// What people wrote on cells.
    private static func addNotes(of sheet: String, in archive: ZipArchive, to builder: inout DocumentBuilder) throws(DocumentError) {
        let beside = try PackageRelations(of: sheet, in: archive, format: .xlsx)
        guard let part = beside.first("comments").flatMap({ archive[$0] }) else { return }
        var notes = SharedStrings(item: "x:comment")
        try XMLReading.read(part, format: .xlsx, into: &notes)
        for note in notes.strings { builder.add(.paragraph, note) }
    }

    private struct Workbook: XMLVisitor {
        var sheets: [(name: String, id: String)] = []
        var startsIn1904 = false

        mutating func open(_ element: XMLElement) -> Bool {
            if element.name == "x:sheet", let name = element["name"], let id = element["r:id"] { sheets.append((name, id)) }
            if element.name == "x:workbookPr" { startsIn1904 = element["date1904"] == "1" || element["date1904"] == "true" }
            return true
        }

        mutating func close(_ name: String) {}
        mutating func text(_ text: String) {}
    }
}

/// Strings that cells refer to by number.
struct SharedStrings: XMLVisitor {
    private(set) var strings: [String] = []
    private let item: String
    private var current = ""
    private var isText = false

    init(item: String = "x:si") { self.item = item }

    mutating func open(_ element: XMLElement) -> Bool {
        // How characters are pronounced stands beside them.
        if element.name == "x:rPh" { return false }
        if element.name == item { current = "" }
        if element.name == "x:t" { isText = true }
        return true
    }

    mutating func close(_ name: String) {
        if name == "x:t" { isText = false }
        if name == item { strings.append(current) }
    }

    mutating func text(_ text: String) { if isText { current += text } }
}
