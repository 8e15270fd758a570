import CMD4C

/// Markdown by md4c (linear time): its text without the marks, headings, list items, tables and code as blocks.
enum MarkdownParser {
    /// - Throws: `DocumentError` for tables whose cells outnumber what a text of that size can mean: a short one can ask for millions.
    static func parse(_ text: String) throws(DocumentError) -> ParsedDocument {
        let collector = Collector()
        var parser = MD_PARSER()
        parser.flags = UInt32(MD_FLAG_TABLES | MD_FLAG_STRIKETHROUGH | MD_FLAG_TASKLISTS | MD_FLAG_PERMISSIVEURLAUTOLINKS)
        parser.enter_block = { type, detail, user in
            Collector.of(user).enter(type, detail)
            return 0
        }
        parser.leave_block = { type, _, user in
            Collector.of(user).leave(type) ? 0 : 1
        }
        parser.enter_span = { _, _, _ in 0 }
        parser.leave_span = { _, _, _ in 0 }
        parser.text = { type, text, size, user in
            guard let text else { return 0 }
            Collector.of(user).add(type, UnsafeBufferPointer(start: text, count: Int(size)))
            return 0
        }
        let front = FrontMatter(text)
        var body = String(front.body)
        body.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) { characters in
                guard let start = characters.baseAddress else { return }
                _ = md_parse(start, UInt32(characters.count), &parser, Unmanaged.passUnretained(collector).toOpaque())
            }
        }
        guard collector.cellCount <= DocumentParser.cellLimit else { throw .tooManyCells(DocumentParser.cellLimit) }
        collector.flush()
        return try collector.builder.document(title: front.title ?? collector.title)
    }

    /// Follows md4c's callbacks; used by one parse on one thread.
    private final class Collector {
        var builder = DocumentBuilder()
        var title: String?
        private var inline: [UInt8] = []
        private var kinds: [ParsedDocument.Block.Kind] = [.paragraph]
        /// Of the table that is being read: its first row, and the cells of the current one.
        private var header: [String] = []
        private var cells: [String] = []
        private(set) var cellCount = 0

        static func of(_ user: UnsafeMutableRawPointer?) -> Collector {
            guard let user else { preconditionFailure("md4c hands back what it was given") }
            return Unmanaged<Collector>.fromOpaque(user).takeUnretainedValue()
        }

        func enter(_ type: MD_BLOCKTYPE, _ detail: UnsafeMutableRawPointer?) {
            switch type {
            case MD_BLOCK_H:
                let level = detail?.assumingMemoryBound(to: MD_BLOCK_H_DETAIL.self).pointee.level ?? 1
                open(.heading(level: Int(level)))
            case MD_BLOCK_CODE, MD_BLOCK_HTML: open(.code)
            case MD_BLOCK_TABLE:
                flush()
                header = []
            case MD_BLOCK_TR: cells = []
            case MD_BLOCK_LI: open(.listItem)
            // A paragraph of a list item is that item.
            case MD_BLOCK_P: open(kinds.last == .listItem ? .listItem : .paragraph)
            default: break
            }
        }

        /// False ends the parse.
        func leave(_ type: MD_BLOCKTYPE) -> Bool {
            switch type {
            case MD_BLOCK_TD, MD_BLOCK_TH:
                cells.append(inline.isEmpty ? "" : String(decoding: inline, as: UTF8.self).collapsed())
                inline.removeAll(keepingCapacity: true)
                cellCount += 1
            case MD_BLOCK_TR where header.isEmpty: header = cells
            case MD_BLOCK_TR: builder.addRow(cells, header: header)
            case MD_BLOCK_H, MD_BLOCK_CODE, MD_BLOCK_HTML, MD_BLOCK_P, MD_BLOCK_LI:
                flush()
                if kinds.count > 1 { kinds.removeLast() }
            default: break
            }
            return cellCount <= DocumentParser.cellLimit
        }

        func add(_ type: MD_TEXTTYPE, _ text: UnsafeBufferPointer<CChar>) {
            switch type {
            case MD_TEXT_NULLCHAR: inline.append(contentsOf: "\u{fffd}".utf8)
            case MD_TEXT_BR, MD_TEXT_SOFTBR: inline.append(0x0a)
            case MD_TEXT_ENTITY: inline.append(contentsOf: entity(text).utf8)
            case MD_TEXT_HTML: break
            default: text.withMemoryRebound(to: UInt8.self) { inline.append(contentsOf: $0) }
            }
        }

        func flush() {
            let text = String(decoding: inline, as: UTF8.self)
            inline.removeAll(keepingCapacity: true)
            if title == nil, case .heading = kinds.last, !text.trimmed().isEmpty { title = text.collapsed() }
            builder.add(kinds.last ?? .paragraph, text)
        }

        private func open(_ kind: ParsedDocument.Block.Kind) {
            flush()
            kinds.append(kind)
        }

        private func entity(_ text: UnsafeBufferPointer<CChar>) -> String {
            let name = String(decoding: text.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            switch name {
            case "&amp;": return "&"
            case "&lt;": return "<"
            case "&gt;": return ">"
            case "&quot;": return "\""
            case "&apos;": return "'"
            case "&nbsp;": return " "
            default:
                let digits = name.dropFirst(2).dropLast()
                let value = digits.first == "x" || digits.first == "X" ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)
                guard name.hasPrefix("&#"), let value, let scalar = Unicode.Scalar(value) else { return name }
                return String(scalar)
            }
        }
    }

    /// The YAML block that some writers put before the text; only its title is used.
    private struct FrontMatter {
        var title: String?
        var body: Substring

        init(_ text: String) {
            body = text[...]
            let lines = text.split(maxSplits: 200, omittingEmptySubsequences: false, whereSeparator: \.isNewline)
            guard lines.first?.trimmed() == "---", let end = lines.dropFirst().firstIndex(where: { $0.trimmed() == "---" }), end < 200 else { return }
            for line in lines[1..<end] where line.hasPrefix("title:") {
                title = line.dropFirst("title:".count).trimmed().trimmingQuotes()
            }
            body = text[lines[end].endIndex...]
        }
    }
}

extension String {
    fileprivate func trimmingQuotes() -> String {
        guard count >= 2, let first, first == last, first == "\"" || first == "'" else { return self }
        return String(dropFirst().dropLast())
    }
}
