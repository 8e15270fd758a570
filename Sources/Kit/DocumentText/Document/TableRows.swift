/// Rows of one table, as they come. A first row that names columns stands before each value below it; one with nothing below it is a row.
struct TableRows {
    /// Characters of a cell above which a row names no columns.
    private static let longestName = 60

    private var header: [String] = []
    private var hasBody = false
    private var isFirst = true

    /// - Parameter isHeader: the document says that this row names columns.
    mutating func add(_ row: [String], isHeader: Bool, to builder: inout DocumentBuilder) {
        let row = row.map { $0.collapsed() }
        // One value alone above a table is its title.
        defer { if Self.namesSomething(row) { isFirst = false } }
        if isFirst, isHeader, Self.namesColumns(row) {
            header = row
            return
        }
        if row.contains(where: { !$0.isEmpty }) { hasBody = true }
        builder.addRow(row, header: header)
    }

    mutating func end(in builder: inout DocumentBuilder) {
        if !hasBody { builder.addRow(header, header: []) }
    }

    private static func namesSomething(_ row: [String]) -> Bool { row.count < 2 || row.count { !$0.isEmpty } > 1 }

    private static func namesColumns(_ row: [String]) -> Bool {
        let named = row.filter { !$0.isEmpty }
        return named.count > 1 && named.allSatisfy { $0.count <= longestName }
    }
}
