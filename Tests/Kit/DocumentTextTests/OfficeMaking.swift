/// Small files of office programs, written part by part.
enum OfficeMaking {
    private static let relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    private static let word =
        "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\" xmlns:mc=\"http://schemas.openxmlformats.org/markup-compatibility/2006\""
    private static let sheet = "xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" xmlns:r=\"\(relations)\""
    private static let slides =
        "xmlns:p=\"http://schemas.openxmlformats.org/presentationml/2006/main\" xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\" xmlns:r=\"\(relations)\""

    static func relationFile(_ entries: [(id: String, kind: String, target: String)]) -> String {
        let lines = entries.map { "<Relationship Id=\"\($0.id)\" Type=\"\(relations)/\($0.kind)\" Target=\"\($0.target)\"/>" }.joined()
        return "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">\(lines)</Relationships>"
    }

    static func docx(body: String, prolog: String = "", more: [(String, String)] = []) throws -> [UInt8] {
        let styles = """
            <w:styles \(word)><w:style w:type="paragraph" w:styleId="Kopf"><w:name w:val="heading 2"/></w:style>\
            <w:style w:type="paragraph" w:styleId="Eigen"><w:name w:val="Own"/><w:basedOn w:val="Kopf"/></w:style></w:styles>
            """
        let numbering = """
            <w:numbering \(word)><w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/>\
            <w:lvlText w:val="%1."/></w:lvl><w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="lowerLetter"/><w:lvlText w:val="%1.%2"/></w:lvl>\
            </w:abstractNum><w:num w:numId="7"><w:abstractNumId w:val="0"/></w:num></w:numbering>
            """
        return try ArchiveMaking.zip(
            [
                ("[Content_Types].xml", "<Types/>"), ("_rels/.rels", relationFile([("r1", "officeDocument", "word/document.xml")])),
                ("word/document.xml", "\(prolog)<w:document \(word)><w:body>\(body)</w:body></w:document>"), ("word/styles.xml", styles),
                ("word/numbering.xml", numbering),
                (
                    "word/_rels/document.xml.rels",
                    relationFile([("r1", "styles", "styles.xml"), ("r2", "numbering", "numbering.xml"), ("r3", "footnotes", "footnotes.xml")])
                ),
                (
                    "word/footnotes.xml",
                    "<w:footnotes \(word)><w:footnote w:type=\"separator\"><w:p><w:r><w:t>line</w:t></w:r></w:p></w:footnote>"
                        + "<w:footnote w:id=\"1\">\(paragraph("A note."))</w:footnote></w:footnotes>"
                ),
            ] + more)
    }

    static func paragraph(_ text: String, _ properties: String = "") -> String {
        "<w:p><w:pPr>\(properties)</w:pPr><w:r><w:t xml:space=\"preserve\">\(text)</w:t></w:r></w:p>"
    }

    static func xlsx(sheet cells: String, strings: [String] = [], date1904: Bool = false) throws -> [UInt8] {
        let items = strings.map { "<si><t>\($0)</t></si>" }.joined()
        let styles = """
            <styleSheet \(sheet)><numFmts><numFmt numFmtId="164" formatCode="dd\\.mm\\.yyyy\\ hh:mm"/></numFmts>\
            <cellStyleXfs><xf numFmtId="9"/></cellStyleXfs>\
            <cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="10"/><xf numFmtId="21"/></cellXfs></styleSheet>
            """
        return try ArchiveMaking.zip([
            ("_rels/.rels", relationFile([("r1", "officeDocument", "xl/workbook.xml")])),
            (
                "xl/workbook.xml",
                "<workbook \(sheet)><workbookPr date1904=\"\(date1904 ? 1 : 0)\"/><sheets><sheet name=\"Prices\" r:id=\"r1\"/></sheets></workbook>"
            ),
            (
                "xl/_rels/workbook.xml.rels",
                relationFile([
                    ("r1", "worksheet", "worksheets/sheet1.xml"), ("r2", "sharedStrings", "sharedStrings.xml"), ("r3", "styles", "styles.xml"),
                ])
            ),
            ("xl/sharedStrings.xml", "<sst \(sheet)>\(items)</sst>"), ("xl/styles.xml", styles),
            ("xl/worksheets/sheet1.xml", "<worksheet \(sheet)><sheetData>\(cells)</sheetData></worksheet>"),
        ])
    }

    static func pptx() throws -> [UInt8] {
        func shape(_ type: String, _ text: String) -> String {
            "<p:sp><p:nvSpPr><p:nvPr><p:ph type=\"\(type)\"/></p:nvPr></p:nvSpPr><p:txBody><a:p><a:r><a:t>\(text)</a:t></a:r></a:p></p:txBody></p:sp>"
        }
        func slide(_ shapes: String) -> String { "<p:sld \(slides)><p:cSld><p:spTree>\(shapes)</p:spTree></p:cSld></p:sld>" }
        let table = """
            <a:tbl><a:tblPr firstRow="1"/><a:tr><a:tc><a:txBody><a:p><a:r><a:t>Fruit</a:t></a:r></a:p></a:txBody></a:tc>\
            <a:tc><a:txBody><a:p><a:r><a:t>Colour</a:t></a:r></a:p></a:txBody></a:tc></a:tr><a:tr><a:tc><a:txBody><a:p><a:r><a:t>Loquat</a:t></a:r></a:p>\
            </a:txBody></a:tc><a:tc><a:txBody><a:p><a:r><a:t>orange</a:t></a:r></a:p></a:txBody></a:tc></a:tr></a:tbl>
            """
        return try ArchiveMaking.zip([
            ("_rels/.rels", relationFile([("r1", "officeDocument", "ppt/presentation.xml")])),
            // The order is that of the list, not of the files' names.
            (
                "ppt/presentation.xml",
                "<p:presentation \(slides)><p:sldIdLst><p:sldId id=\"256\" r:id=\"rb\"/><p:sldId id=\"257\" r:id=\"ra\"/></p:sldIdLst></p:presentation>"
            ),
            ("ppt/_rels/presentation.xml.rels", relationFile([("ra", "slide", "slides/slide1.xml"), ("rb", "slide", "slides/slide2.xml")])),
            ("ppt/slides/slide1.xml", slide(shape("title", "Second") + table)),
            ("ppt/slides/slide2.xml", slide(shape("ctrTitle", "First") + shape("body", "A point") + shape("sldNum", "17"))),
            ("ppt/slides/_rels/slide2.xml.rels", relationFile([("r1", "notesSlide", "../notesSlides/notesSlide1.xml")])),
            ("ppt/notesSlides/notesSlide1.xml", slide(shape("body", "Say this aloud"))),
        ])
    }

    static func openDocument(_ body: String, type: String = "text", manifest: String = "") throws -> [UInt8] {
        let names = ["office", "text", "table", "draw", "style"].map { "xmlns:\($0)=\"urn:oasis:names:tc:opendocument:xmlns:\($0):1.0\"" }
        return try ArchiveMaking.zip(
            [
                ("mimetype", "application/vnd.oasis.opendocument.\(type)"),
                (
                    "content.xml",
                    "<office:document-content \(names.joined(separator: " "))><office:body>\(body)</office:body></office:document-content>"
                ),
                (
                    "META-INF/manifest.xml",
                    "<manifest:manifest xmlns:manifest=\"urn:oasis:names:tc:opendocument:xmlns:manifest:1.0\">\(manifest)</manifest:manifest>"
                ),
            ].map { (name: $0.0, bytes: Array($0.1.utf8)) }, isStored: true)
    }

    static func epub(chapters: [(String, String)], more: [(String, String)] = []) throws -> [UInt8] {
        let items = chapters.enumerated().map { "<item id=\"c\($0)\" href=\"\($1.0)\" media-type=\"application/xhtml+xml\"/>" }.joined()
        let spine = chapters.indices.reversed().map { "<itemref idref=\"c\($0)\"/>" }.joined()
        return try ArchiveMaking.zip(
            [
                ("mimetype", "application/epub+zip"),
                (
                    "META-INF/container.xml",
                    "<container xmlns=\"urn:oasis:names:tc:opendocument:xmlns:container\"><rootfiles><rootfile full-path=\"OPS/book.opf\"/></rootfiles></container>"
                ),
                (
                    "OPS/book.opf",
                    "<package xmlns=\"http://www.idpf.org/2007/opf\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\"><metadata><dc:title>A Book</dc:title>"
                        + "</metadata><manifest>\(items)</manifest><spine>\(spine)</spine></package>"
                ),
            ] + chapters.map { ("OPS/\($0.0)", $0.1) } + more)
    }
}
