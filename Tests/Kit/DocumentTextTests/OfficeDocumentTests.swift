import Testing

@testable import DocumentText

/// What office programs write, read with its structure.
struct OfficeDocumentTests {
    private typealias Kind = ParsedDocument.Block.Kind

    private func blocks(_ document: ParsedDocument) -> [(Kind, String)] {
        let scalars = Array(document.text.unicodeScalars)
        return document.blocks.map { block in
            var text = String.UnicodeScalarView()
            text.append(contentsOf: scalars[block.start..<block.end])
            return (block.kind, String(text))
        }
    }

    private func expect(_ document: ParsedDocument, _ expected: [(Kind, String)]) {
        let found = blocks(document)
        #expect(found.map(\.0) == expected.map(\.0) && found.map(\.1) == expected.map(\.1), "\(found)")
    }

    @Test func wordKeepsHeadingsListsTablesAndNotes() throws {
        let item = "<w:numPr><w:ilvl w:val=\"0\"/><w:numId w:val=\"7\"/></w:numPr>"
        let inner = "<w:numPr><w:ilvl w:val=\"1\"/><w:numId w:val=\"7\"/></w:numPr>"
        func row(_ cells: String...) -> String { "<w:tr>" + cells.map { "<w:tc>\(OfficeMaking.paragraph($0))</w:tc>" }.joined() + "</w:tr>" }
        let body =
            OfficeMaking.paragraph("Top", "<w:pStyle w:val=\"Eigen\"/>") + OfficeMaking.paragraph("one", item) + OfficeMaking.paragraph("two", item)
            + OfficeMaking.paragraph("below", inner)
            + "<w:p><w:r><w:t>kept</w:t></w:r><w:del><w:r><w:t>gone</w:t></w:r></w:del><w:r><w:br/><w:t>too</w:t></w:r></w:p>"
            + "<w:tbl><w:tblPr><w:tblLook w:firstRow=\"1\"/></w:tblPr>\(row("Name", "Age"))\(row("Ada", "36"))</w:tbl>"
        expect(
            try DocumentParser.parse(try OfficeMaking.docx(body: body), format: .docx),
            [
                (.heading(level: 2), "Top"), (.listItem, "1. one"), (.listItem, "2. two"), (.listItem, "2.a below"), (.paragraph, "kept\ntoo"),
                (.record, "Name: Ada; Age: 36"), (.paragraph, "A note."),
            ])
    }

    @Test func aTextBoxIsReadOnce() throws {
        let box = OfficeMaking.paragraph("in the box")
        let body = """
            <w:p><w:r><mc:AlternateContent><mc:Choice><w:txbxContent>\(box)</w:txbxContent></mc:Choice><mc:Fallback><w:txbxContent>\(box)\
            </w:txbxContent></mc:Fallback></mc:AlternateContent></w:r><w:r><w:t>around</w:t></w:r></w:p>
            """
        let parsed = try DocumentParser.parse(try OfficeMaking.docx(body: body), format: .docx)
        #expect(parsed.text == "in the box\n\naround\n\nA note.")
    }

    @Test func excelShowsDatesSharesAndStrings() throws {
        let cells = """
            <row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c><c r="D1" t="inlineStr"><is><t>Note</t></is></c></row>\
            <row r="2"><c r="A2" t="s"><v>2</v></c><c r="B2" s="1"><v>45351</v></c><c r="C2"><v>0.30000000000000004</v></c>\
            <c r="D2" t="b"><v>1</v></c></row>\
            <row r="3"><c r="A3" s="3"><v>0.125</v></c><c r="B3" s="2"><v>45351.75</v></c><c r="D3" s="4"><v>0.5</v></c></row>\
            <row r="4"><c r="A4"><f>A1&amp;B1</f><v>1234567</v></c><c r="B4" t="e"><v>#DIV/0!</v></c></row>
            """
        let bytes = try OfficeMaking.xlsx(sheet: cells, strings: ["Fruit", "Day", "Loquat"])
        expect(
            try DocumentParser.parse(bytes, format: .xlsx),
            [
                (.heading(level: 1), "Prices"), (.record, "Fruit: Loquat; Day: 2024-02-29; 0.3; Note: TRUE"),
                (.record, "Fruit: 12.5%; Day: 2024-02-29 18:00; Note: 12:00"), (.record, "Fruit: 1234567; Day: #DIV/0!"),
            ])
    }

    @Test(arguments: [
        (false, 1, "1900-01-01"), (false, 59, "1900-02-28"), (false, 61, "1900-03-01"), (true, 0, "1904-01-01"), (true, 43_889, "2024-02-29"),
    ])
    func excelCountsDays(from1904: Bool, serial: Int, day: String) throws {
        let bytes = try OfficeMaking.xlsx(sheet: "<row><c s=\"1\"><v>\(serial)</v></c></row>", date1904: from1904)
        #expect(try DocumentParser.parse(bytes, format: .xlsx).text.hasSuffix(day))
    }

    @Test func slidesComeInTheirOrderWithNotesAndPages() throws {
        let parsed = try DocumentParser.parse(try OfficeMaking.pptx(), format: .pptx)
        expect(
            parsed,
            [
                (.heading(level: 1), "First"), (.listItem, "A point"), (.paragraph, "Say this aloud"), (.heading(level: 1), "Second"),
                (.record, "Fruit: Loquat; Colour: orange"),
            ])
        #expect(parsed.pageCount == 2 && parsed.blocks.map(\.page) == [1, 1, 1, 2, 2])
    }

    @Test func openDocumentTextsAndSheets() throws {
        let text = """
            <office:text><text:tracked-changes><text:p>deleted</text:p></text:tracked-changes><text:h text:outline-level="3">Head</text:h>\
            <text:p>a<text:s text:c="2"/>b<text:tab/>c<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>foot</text:p>\
            </text:note-body></text:note></text:p><text:list><text:list-item><text:p>item</text:p></text:list-item></text:list></office:text>
            """
        expect(
            try DocumentParser.parse(try OfficeMaking.openDocument(text), format: .odt),
            [(.heading(level: 3), "Head"), (.paragraph, "a  b\tc"), (.listItem, "item"), (.paragraph, "foot")])
        let sheet = """
            <office:spreadsheet><table:table table:name="S"><table:table-row><table:table-cell><text:p>x</text:p></table:table-cell>\
            <table:table-cell><text:p>y</text:p></table:table-cell></table:table-row><table:table-row>\
            <table:table-cell office:value-type="date" office:date-value="2024-01-02"/><table:table-cell table:number-columns-repeated="1000"/>\
            </table:table-row></table:table></office:spreadsheet>
            """
        expect(
            try DocumentParser.parse(try OfficeMaking.openDocument(sheet, type: "spreadsheet"), format: .ods),
            [(.heading(level: 1), "S"), (.record, "x: 2024-01-02")])
    }

    @Test func aBookIsReadInTheOrderOfItsSpine() throws {
        let bytes = try OfficeMaking.epub(chapters: [("b.xhtml", "<html><body><p>last</p></body></html>"), ("a.xhtml", "<h1>One</h1><p>first</p>")])
        let parsed = try DocumentParser.parse(bytes, format: .epub)
        expect(parsed, [(.heading(level: 1), "One"), (.paragraph, "first"), (.paragraph, "last")])
        #expect(parsed.title == "A Book")
    }
}
