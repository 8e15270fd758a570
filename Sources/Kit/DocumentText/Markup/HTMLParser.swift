import CGumbo

/// HTML by gumbo, which repairs broken markup as browsers do. Scripts, styles and navigation are left out.
enum HTMLParser {
    /// Elements nested deeper than this are read as text of their ancestor.
    private static let depthLimit = 400
    private static let nestingLimit = 2_000

    static func parse(_ text: String) throws(DocumentError) -> ParsedDocument {
        var builder = DocumentBuilder()
        let title = try add(text, to: &builder)
        return try builder.document(title: title)
    }

    /// Adds what a reader of the page sees; gives its title back.
    /// - Throws: `DocumentError` where elements are nested so deeply that gumbo, which recurses, would need minutes or overflow its stack.
    static func add(_ text: String, to builder: inout DocumentBuilder) throws(DocumentError) -> String? {
        var text = text
        guard HTMLNesting.depth(of: text) <= nestingLimit else {
            throw DocumentError(
                code: "nested_too_deeply", message: "Elements are nested more than \(nestingLimit) deep, or are not closed. Mend the HTML.")
        }
        var walk = Walk(builder: builder)
        text.withUTF8 { bytes in
            var options = kGumboDefaultOptions
            options.max_errors = 0
            guard let start = UnsafeRawPointer(bytes.baseAddress)?.assumingMemoryBound(to: CChar.self),
                let output = gumbo_parse_with_options(&options, start, bytes.count)
            else { return }
            defer { gumbo_destroy_output(&options, output) }
            if let root = output.pointee.root { walk.visit(root, depth: 0) }
            walk.flush()
        }
        builder = walk.builder
        return walk.title
    }

    private struct Walk {
        var builder: DocumentBuilder
        var title: String?
        private var inline = ""
        private var kind = ParsedDocument.Block.Kind.paragraph
        private var preformatted = 0
        /// Of the innermost table: what was read of it, and the row that is being read.
        private var rows = TableRows()
        private var cells: [String] = []
        private var isHeader = true
        /// Within a cell that is a record's value, paragraphs are its lines.
        private var isInCell = false

        init(builder: DocumentBuilder) { self.builder = builder }

        mutating func flush() {
            builder.add(kind, preformatted > 0 ? inline : inline.collapsed())
            inline = ""
        }

        mutating func visit(_ node: UnsafeMutablePointer<GumboNode>, depth: Int) {
            switch node.pointee.type {
            case GUMBO_NODE_TEXT, GUMBO_NODE_WHITESPACE, GUMBO_NODE_CDATA:
                inline += String(cString: node.pointee.v.text.text)
            case GUMBO_NODE_DOCUMENT:
                eachChild(&node.pointee.v.document.children, depth)
            case GUMBO_NODE_ELEMENT, GUMBO_NODE_TEMPLATE:
                if depth < HTMLParser.depthLimit { element(node, depth) }
            default:
                break
            }
        }

        private mutating func eachChild(_ children: UnsafeMutablePointer<GumboVector>, _ depth: Int) {
            for index in 0..<Int(children.pointee.length) {
                guard let child = children.pointee.data[index] else { continue }
                visit(child.assumingMemoryBound(to: GumboNode.self), depth: depth + 1)
            }
        }

        private mutating func element(_ node: UnsafeMutablePointer<GumboNode>, _ depth: Int) {
            switch node.pointee.v.element.tag {
            case GUMBO_TAG_SCRIPT, GUMBO_TAG_STYLE, GUMBO_TAG_NOSCRIPT, GUMBO_TAG_TEMPLATE, GUMBO_TAG_NAV, GUMBO_TAG_SVG, GUMBO_TAG_IFRAME,
                GUMBO_TAG_OBJECT, GUMBO_TAG_SELECT, GUMBO_TAG_BUTTON:
                break
            case GUMBO_TAG_TITLE:
                let before = inline
                inline = ""
                eachChild(&node.pointee.v.element.children, depth)
                title = title ?? (inline.trimmed().isEmpty ? nil : inline.collapsed())
                inline = before
            case GUMBO_TAG_H1: block(node, .heading(level: 1), depth)
            case GUMBO_TAG_H2: block(node, .heading(level: 2), depth)
            case GUMBO_TAG_H3: block(node, .heading(level: 3), depth)
            case GUMBO_TAG_H4: block(node, .heading(level: 4), depth)
            case GUMBO_TAG_H5: block(node, .heading(level: 5), depth)
            case GUMBO_TAG_H6: block(node, .heading(level: 6), depth)
            case GUMBO_TAG_BR: inline += "\n"
            case GUMBO_TAG_TABLE:
                let outer = rows
                rows = TableRows()
                block(node, .paragraph, depth)
                rows.end(in: &builder)
                rows = outer
            case GUMBO_TAG_TR: row(node, depth)
            case GUMBO_TAG_TD, GUMBO_TAG_TH:
                let outer = (inline, isInCell)
                (inline, isInCell) = ("", isPlainCell(node, depth))
                eachChild(&node.pointee.v.element.children, depth)
                cells.append(inline.collapsed())
                (inline, isInCell) = outer
                if node.pointee.v.element.tag == GUMBO_TAG_TD { isHeader = false }
            case GUMBO_TAG_PRE:
                flush()
                preformatted += 1
                block(node, .code, depth)
                preformatted -= 1
            case GUMBO_TAG_LI: block(node, .listItem, depth)
            // A paragraph of a list item is that item.
            case GUMBO_TAG_P: block(node, kind == .listItem ? .listItem : .paragraph, depth)
            case GUMBO_TAG_DIV, GUMBO_TAG_BLOCKQUOTE, GUMBO_TAG_SECTION, GUMBO_TAG_ARTICLE, GUMBO_TAG_DT,
                GUMBO_TAG_DD, GUMBO_TAG_UL, GUMBO_TAG_OL, GUMBO_TAG_HEADER, GUMBO_TAG_FOOTER, GUMBO_TAG_MAIN,
                GUMBO_TAG_ASIDE, GUMBO_TAG_FIGURE, GUMBO_TAG_FIGCAPTION, GUMBO_TAG_FORM, GUMBO_TAG_ADDRESS, GUMBO_TAG_CAPTION,
                GUMBO_TAG_BODY, GUMBO_TAG_HR:
                block(node, .paragraph, depth)
            default:
                eachChild(&node.pointee.v.element.children, depth)
            }
        }

        /// A row of `th` alone names the columns of those below it. What stands in a cell as a block of its own is read as such.
        private mutating func row(_ node: UnsafeMutablePointer<GumboNode>, _ depth: Int) {
            flush()
            let outer = (cells, isHeader)
            (cells, isHeader) = ([], true)
            block(node, .record, depth)
            rows.add(cells, isHeader: isHeader, to: &builder)
            (cells, isHeader) = outer
        }

        /// Whether a cell holds a value, rather than a part of the page that a table lays out.
        private func isPlainCell(_ node: UnsafeMutablePointer<GumboNode>, _ depth: Int) -> Bool {
            guard node.pointee.type == GUMBO_NODE_ELEMENT else { return true }
            guard depth < HTMLParser.depthLimit else { return false }
            let children = node.pointee.v.element.children
            return (0..<Int(children.length)).allSatisfy { index in
                guard let child = children.data[index]?.assumingMemoryBound(to: GumboNode.self), child.pointee.type == GUMBO_NODE_ELEMENT else {
                    return true
                }
                switch child.pointee.v.element.tag {
                case GUMBO_TAG_TABLE, GUMBO_TAG_H1, GUMBO_TAG_H2, GUMBO_TAG_H3, GUMBO_TAG_H4, GUMBO_TAG_H5, GUMBO_TAG_H6, GUMBO_TAG_PRE:
                    return false
                default: return isPlainCell(child, depth + 1)
                }
            }
        }

        private mutating func block(_ node: UnsafeMutablePointer<GumboNode>, _ kind: ParsedDocument.Block.Kind, _ depth: Int) {
            if isInCell {
                inline += "\n"
                eachChild(&node.pointee.v.element.children, depth)
                inline += "\n"
                return
            }
            flush()
            let outer = self.kind
            self.kind = kind
            eachChild(&node.pointee.v.element.children, depth)
            flush()
            self.kind = outer
        }
    }
}
