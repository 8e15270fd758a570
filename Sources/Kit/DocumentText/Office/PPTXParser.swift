/// PowerPoint's presentations (ECMA-376, PresentationML): a page a slide, its title as a heading, then its notes.
enum PPTXParser {
    private static let slideLimit = 5_000

    static func parse(_ bytes: [UInt8], limits: DocumentParser.Limits) throws(DocumentError) -> ParsedDocument {
        let archive = try ZipArchive(bytes, format: .pptx, limit: limits.unpackedBytes) { $0.hasSuffix(".xml") || $0.hasSuffix(".rels") }
        let main = try PackageRelations(of: "", in: archive, format: .pptx).first("officeDocument") ?? "ppt/presentation.xml"
        let relations = try PackageRelations(of: main, in: archive, format: .pptx)
        var order = SlideOrder()
        try XMLReading.read(try archive.part(main), format: .pptx, into: &order)
        guard order.ids.count <= slideLimit else { throw .broken(.pptx, "it has more than \(slideLimit) slides") }
        var builder = DocumentBuilder()
        for (index, id) in order.ids.enumerated() {
            guard let path = relations.targets[id]?.path, let slide = archive[path] else { throw .broken(.pptx, "slide \(index + 1) is missing") }
            builder.page = index + 1
            try add(slide, isNotes: false, to: &builder)
            let beside = try PackageRelations(of: path, in: archive, format: .pptx)
            for drawing in beside.targets.values.filter({ $0.kind == "diagramData" }).map(\.path).sorted() {
                if let part = archive[drawing] { try add(part, isNotes: false, to: &builder) }
            }
            if let notes = beside.first("notesSlide").flatMap({ archive[$0] }) { try add(notes, isNotes: true, to: &builder) }
        }
        return try builder.document(
            title: PackageTitle.read(archive, format: .pptx, part: "docProps/core.xml"), pageCount: order.ids.count)
    }

    private static func add(_ part: [UInt8], isNotes: Bool, to builder: inout DocumentBuilder) throws(DocumentError) {
        var visitor = Slide(builder: builder, isNotes: isNotes)
        try XMLReading.read(part, format: .pptx, into: &visitor)
        builder = visitor.builder
    }

    private struct SlideOrder: XMLVisitor {
        var ids: [String] = []

        mutating func open(_ element: XMLElement) -> Bool {
            if element.name == "p:sldId", let id = element["r:id"] { ids.append(id) }
            return true
        }

        mutating func close(_ name: String) {}
        mutating func text(_ text: String) {}
    }

    private struct Slide: XMLVisitor {
        var builder: DocumentBuilder
        let isNotes: Bool
        private var placeholder: String?
        private var paragraph = ""
        private var isBulleted = false
        private var isText = false
        private var rows: TableRows?
        private var cells: [String] = []
        private var cell: String?
        private var firstRowIsHeader = false
        private var isFirst = true
        private var cellCount = 0

        init(builder: DocumentBuilder, isNotes: Bool) {
            self.builder = builder
            self.isNotes = isNotes
        }

        mutating func open(_ element: XMLElement) -> Bool {
            switch element.name {
            case "mc:Fallback": return false
            case "p:sp": placeholder = nil
            case "p:ph": placeholder = element["type"] ?? "body"
            case "a:p":
                paragraph = ""
                isBulleted = placeholder == "body" && !isNotes
            case "a:buNone": isBulleted = false
            case "a:buChar", "a:buAutoNum": isBulleted = true
            case "a:t": isText = true
            case "a:br": paragraph += "\n"
            case "a:tbl":
                rows = TableRows()
                isFirst = true
            case "a:tblPr": firstRowIsHeader = element["firstRow"] == "1" || element["firstRow"] == "true"
            case "a:tr": cells = []
            case "a:tc": cell = ""
            default: break
            }
            return true
        }

        mutating func close(_ name: String) throws(DocumentError) {
            switch name {
            case "a:t": isText = false
            case "a:p": endParagraph()
            case "p:sp": placeholder = nil
            case "a:tc":
                cellCount += 1
                guard cellCount <= DocumentParser.cellLimit else { throw .tooManyCells(DocumentParser.cellLimit) }
                cells.append(cell ?? "")
                cell = nil
            case "a:tr":
                rows?.add(cells, isHeader: isFirst && firstRowIsHeader, to: &builder)
                isFirst = false
            case "a:tbl":
                rows?.end(in: &builder)
                rows = nil
            default: break
            }
        }

        mutating func text(_ text: String) { if isText { paragraph += text } }

        private mutating func endParagraph() {
            if let before = cell {
                cell = before.isEmpty ? paragraph : before + "\n" + paragraph
                return
            }
            switch placeholder {
            // Numbers, dates and what stands on every slide.
            case "sldNum", "dt", "ftr", "hdr": break
            case "title", "ctrTitle": builder.add(isNotes ? .paragraph : .heading(level: 1), paragraph)
            case "subTitle": builder.add(.paragraph, paragraph)
            default: builder.add(isBulleted ? .listItem : .paragraph, paragraph)
            }
        }
    }
}
