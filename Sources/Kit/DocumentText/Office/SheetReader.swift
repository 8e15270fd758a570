/// Follows the cells of one sheet of a workbook.
struct SheetReader: XMLVisitor {
    /// Columns that Excel has.
    private static let columnLimit = 16_384

    private var builder: DocumentBuilder
    private let strings: [String]
    private let formats: CellFormats
    private var rows = TableRows()
    private var row: [String] = []
    private var column = 0
    private var type = ""
    private var style = 0
    private var value = ""
    private var isValue = false
    private var isNamed = true
    private var cellCount = 0

    init(builder: DocumentBuilder, strings: [String], formats: CellFormats) {
        self.builder = builder
        self.strings = strings
        self.formats = formats
    }

    mutating func open(_ element: XMLElement) throws(DocumentError) -> Bool {
        switch element.name {
        case "x:row":
            row = []
            isNamed = true
            column = 0
        case "x:c":
            column = element["r"].flatMap(Self.column) ?? column
            type = element["t"] ?? "n"
            style = element.number("s") ?? 0
            value = ""
        case "x:v", "x:t": isValue = true
        case "x:f", "x:rPh", "x:headerFooter", "x:extLst": return false
        default: break
        }
        return true
    }

    mutating func close(_ name: String) throws(DocumentError) {
        switch name {
        case "x:v", "x:t": isValue = false
        case "x:c": try endCell()
        case "x:row":
            guard row.contains(where: { !$0.isEmpty }) else { return }
            // Words over columns, and nothing else, name them.
            rows.add(row, isHeader: isNamed, to: &builder)
        default: break
        }
    }

    mutating func text(_ text: String) { if isValue { value += text } }

    mutating func finished() -> DocumentBuilder {
        rows.end(in: &builder)
        return builder
    }

    private mutating func endCell() throws(DocumentError) {
        let shown = shownValue
        if column < Self.columnLimit, !shown.isEmpty {
            // Empty cells between count too: a row may name its last column alone.
            cellCount += max(1, column + 1 - row.count)
            guard cellCount <= DocumentParser.cellLimit else { throw .tooManyCells(DocumentParser.cellLimit) }
            while row.count < column { row.append("") }
            row.append(shown)
            if type == "n" || type == "d" || type == "b" || type == "e" { isNamed = false }
        }
        column += 1
    }

    private var shownValue: String {
        switch type {
        case "s": Int(value.trimmed()).flatMap { strings.indices.contains($0) ? strings[$0] : nil } ?? ""
        case "b": value == "1" ? "TRUE" : value == "0" ? "FALSE" : value
        case "n": formats.shown(value, style: style)
        default: value
        }
    }

    /// From 0: the letters of `AB12`.
    private static func column(_ reference: String) -> Int? {
        var column = 0
        for letter in reference.utf8.prefix(while: { $0 > 0x39 }).prefix(4) {
            guard let place = (0x41...0x5a).contains(letter) ? Int(letter) - 0x40 : nil else { return nil }
            column = column * 26 + place
        }
        return column > 0 ? column - 1 : nil
    }
}
