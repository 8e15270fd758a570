/// Comma-separated values (RFC 4180, also with semicolons or tabs): each row becomes a record `column: value; column: value`, so that
/// a row found alone still says what its values are.
enum CSVParser {
    /// Characters of the first line in which separators are counted.
    private static let sampleLength = 10_000

    /// - Throws: `DocumentError` for more cells than are read of any table: a short text can hold millions, each a string of its own.
    static func parse(_ text: String) throws(DocumentError) -> ParsedDocument {
        var builder = DocumentBuilder()
        var header: [String] = []
        var hasBody = false
        try eachRow(of: text, separator: separator(of: text)) { row in
            guard !row.allSatisfy({ $0.trimmed().isEmpty }) else { return }
            // One value alone above the columns is the table's title.
            if header.isEmpty, row.count > 1, row.count(where: { !$0.trimmed().isEmpty }) == 1 {
                builder.addRow(row, header: [])
                return
            }
            if header.isEmpty {
                header = row.map { $0.collapsed() }
                return
            }
            hasBody = true
            builder.addRow(row, header: header)
        }
        if !hasBody { builder.addRow(header, header: []) }
        return try builder.document(title: nil)
    }

    private static func separator(of text: String) -> Character {
        let firstLine = text.prefix(sampleLength).prefix { !$0.isNewline }
        return [",", ";", "\t"].max { left, right in firstLine.count { $0 == left } < firstLine.count { $0 == right } } ?? ","
    }

    private static func eachRow(of text: String, separator: Character, _ body: ([String]) -> Void) throws(DocumentError) {
        var row: [String] = []
        var field = ""
        var cellCount = 0
        var quoted = false
        func endField() throws(DocumentError) {
            cellCount += 1
            guard cellCount <= DocumentParser.cellLimit else { throw .tooManyCells(DocumentParser.cellLimit) }
            row.append(field)
            field = ""
        }
        var index = text.startIndex
        while index < text.endIndex {
            let character = text[index]
            index = text.index(after: index)
            if quoted {
                if character != "\"" {
                    field.append(character)
                } else if index < text.endIndex, text[index] == "\"" {
                    field.append("\"")
                    index = text.index(after: index)
                } else {
                    quoted = false
                }
            } else if character == "\"", field.isEmpty {
                quoted = true
            } else if character == separator {
                try endField()
            } else if character.isNewline {
                try endField()
                body(row)
                row = []
            } else {
                field.append(character)
            }
        }
        try endField()
        body(row)
    }
}
