/// Word's documents (ECMA-376, WordprocessingML): body, tables, text boxes, foot- and endnotes. Headers and footers, comments and what
/// was deleted under revision are left out.
enum DOCXParser {
    static func parse(_ bytes: [UInt8], limits: DocumentParser.Limits) throws(DocumentError) -> ParsedDocument {
        let archive = try ZipArchive(bytes, format: .docx, limit: limits.unpackedBytes) { $0.hasSuffix(".xml") || $0.hasSuffix(".rels") }
        let main = try PackageRelations(of: "", in: archive, format: .docx).first("officeDocument") ?? "word/document.xml"
        let relations = try PackageRelations(of: main, in: archive, format: .docx)
        var styles = WordStyles()
        if let part = relations.first("styles").flatMap({ archive[$0] }) { try XMLReading.read(part, format: .docx, into: &styles) }
        var numbering = WordNumbering()
        if let part = relations.first("numbering").flatMap({ archive[$0] }) { try XMLReading.read(part, format: .docx, into: &numbering) }
        var body = WordBody(styles: styles, numbering: numbering)
        try XMLReading.read(try archive.part(main), format: .docx, into: &body)
        for kind in ["footnotes", "endnotes"] {
            guard let part = relations.first(kind).flatMap({ archive[$0] }) else { continue }
            try XMLReading.read(part, format: .docx, into: &body)
        }
        return try body.builder.document(title: PackageTitle.read(archive, format: .docx, part: "docProps/core.xml"))
    }
}
