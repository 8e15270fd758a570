/// Rich Text Format (Microsoft's specification 1.9.1): paragraphs, headings by outline level or style, lists, tables, footnotes; text in the
/// code page that the file or the font names, or in Unicode.
enum RTFParser {
    static func parse(_ bytes: [UInt8]) throws(DocumentError) -> ParsedDocument {
        guard bytes.starts(with: Array("{\\rtf".utf8)) else { throw .broken(.rtf, "it does not begin as one") }
        var reading = RTFReading()
        for token in RTFTokens(bytes) { try reading.take(token) }
        return try reading.finished()
    }
}

/// Follows the pieces of an RTF file.
struct RTFReading {
    private static let nestingLimit = 1_000

    /// What a group may change and its end takes back.
    private struct Group {
        var destination = Destination.body
        var charset: Charset?
        /// Characters that stand behind a Unicode one for programs that know none.
        var fallback = 1
        var isHidden = false
    }

    private enum Destination {
        case body, skipped, fonts, styles, title, footnote, label
    }

    private var builder = DocumentBuilder()
    private var groups: [Group] = []
    private var group = Group()
    private var mayBeOptional = false
    private var pending: [UInt8] = []
    private var highSurrogate: UInt16?
    private var toPassOver = 0

    private var text = ""
    private var title = ""
    private var notes: [String] = []
    private var note = ""
    private var label = ""
    private var paragraph = Paragraph()

    private var codePage = Charset.windows1252
    private var fontCharsets: [Int: Charset] = [:]
    private var defaultFont: Int?
    private var definedFont: Int?
    private var styleLevels: [Int: Int] = [:]
    private var definedStyle: Int?
    private var styleName = ""

    private var rows = TableRows()
    private var cells: [String] = []
    private var isInTable = false
    private var cellCount = 0

    private struct Paragraph {
        var outline: Int?
        var style: Int?
        var isInTable = false
        var isListItem = false
    }

    mutating func take(_ token: RTFToken) throws(DocumentError) {
        if case .byte(let byte) = token {
            mayBeOptional = false
            if toPassOver > 0 { toPassOver -= 1 } else { pending.append(byte) }
            return
        }
        flush()
        switch token {
        case .open:
            guard groups.count < Self.nestingLimit else { throw .nestedTooDeeply }
            groups.append(group)
            mayBeOptional = false
            toPassOver = 0
        case .close:
            if group.destination == .footnote, groups.last?.destination != .footnote {
                notes.append(note)
                note = ""
            }
            if group.destination == .styles { endStyle() }
            group = groups.popLast() ?? Group()
            toPassOver = 0
        case .symbol(let symbol): take(symbol: symbol)
        case .word(let name, let number):
            let isOptional = mayBeOptional
            mayBeOptional = false
            try take(word: name, number, isOptional: isOptional)
        case .byte: break
        }
    }

    mutating func finished() throws(DocumentError) -> ParsedDocument {
        flush()
        endParagraph()
        endTable()
        for note in notes { builder.add(.paragraph, note) }
        return try builder.document(title: title)
    }

    private mutating func take(symbol: UInt8) {
        switch symbol {
        case 0x2a: mayBeOptional = true
        case 0x7e: add("\u{a0}")
        case 0x5f: add("\u{2011}")
        case 0x5c, 0x7b, 0x7d: add(String(Unicode.Scalar(symbol)))
        default: break
        }
    }

    private static let skipped: Set<String> = [
        "pict", "object", "header", "headerl", "headerr", "headerf", "footer", "footerl", "footerr", "footerf", "colortbl", "fldinst", "nonshppict",
        "listtable", "listoverridetable", "generator", "xmlnstbl", "themedata", "datastore", "author", "operator", "comment", "keywords", "subject",
        "company", "doccomm", "creatim", "revtim", "printim", "rsidtbl", "annotation", "atnid", "atnauthor", "pgdsctbl", "filetbl", "revtbl",
        "bkmkstart", "bkmkend",
        "xe", "tc", "private", "deleted", "ftnsep", "ftnsepc", "aftnsep", "aftnsepc", "pntxta", "pntxtb", "pn", "category", "manager", "template",
    ]
    private static let characters: [String: String] = [
        "tab": "\t", "line": "\n", "lquote": "‘", "rquote": "’", "ldblquote": "“", "rdblquote": "”", "bullet": "•", "endash": "–", "emdash": "—",
        "emspace": " ", "enspace": " ", "qmspace": " ",
    ]

    private mutating func take(word: String, _ number: Int?, isOptional: Bool) throws(DocumentError) {
        if let shown = Self.characters[word] { return add(shown) }
        if Self.skipped.contains(word) { return group.destination = .skipped }
        switch word {
        case "ansicpg": codePage = number.flatMap { Charset(codePage: $0) } ?? codePage
        case "mac": codePage = Charset(name: "MACINTOSH")
        case "pc": codePage = Charset(name: "CP437")
        case "pca": codePage = Charset(name: "CP850")
        case "deff": defaultFont = number
        case "uc": group.fallback = max(0, min(number ?? 1, 16))
        case "u": addUnicode(number ?? 0)
        case "v": group.isHidden = number != 0
        case "plain":
            group.isHidden = false
            group.charset = nil
        case "fonttbl": group.destination = .fonts
        case "stylesheet": group.destination = .styles
        case "info": break
        case "title": group.destination = .title
        case "footnote": group.destination = .footnote
        case "listtext", "pntext":
            group.destination = .label
            paragraph.isListItem = true
        // Text that newer programs read in place of what follows.
        case "shppict", "shpinst", "shptxt", "shp": break
        case "f" where group.destination == .fonts: definedFont = number
        case "f": group.charset = number.flatMap { fontCharsets[$0] }
        case "fcharset": if let definedFont, let charset = Self.charset(number ?? 0) { fontCharsets[definedFont] = charset }
        case "s" where group.destination == .styles: definedStyle = number
        case "s": paragraph.style = number
        case "outlinelevel" where group.destination == .styles: if let definedStyle, let number { styleLevels[definedStyle] = number + 1 }
        case "outlinelevel": paragraph.outline = number
        case "ls", "pnlvlblt", "pnlvlbody": if group.destination == .body { paragraph.isListItem = true }
        case "pard": paragraph = Paragraph()
        case "intbl": paragraph.isInTable = true
        case "par", "sect", "page": if group.destination == .body { endParagraph() } else { add("\n") }
        case "cell", "nestcell": try endCell()
        case "row": endRow()
        case "trowd": isInTable = true
        default: if isOptional { group.destination = .skipped }
        }
    }

    // MARK: Characters

    private mutating func flush() {
        guard !pending.isEmpty else { return }
        defer { pending.removeAll(keepingCapacity: true) }
        guard group.destination != .skipped, group.destination != .fonts else { return }
        let charset = group.charset ?? defaultFont.flatMap { fontCharsets[$0] } ?? codePage
        if pending.allSatisfy({ $0 < 0x80 }) {
            add(String(decoding: pending, as: UTF8.self))
        } else {
            add(charset.decode(pending, strictly: false) ?? String(decoding: pending, as: UTF8.self))
        }
    }

    /// A UTF-16 unit as a signed number.
    private mutating func addUnicode(_ number: Int) {
        toPassOver = group.fallback
        let unit = UInt16(truncatingIfNeeded: number)
        if UTF16.isLeadSurrogate(unit) {
            highSurrogate = unit
        } else if UTF16.isTrailSurrogate(unit), let high = highSurrogate {
            highSurrogate = nil
            add(String(decoding: [high, unit], as: UTF16.self))
        } else {
            add(String(decoding: [unit], as: UTF16.self))
        }
    }

    private mutating func add(_ more: String) {
        guard !group.isHidden else { return }
        switch group.destination {
        case .body: text += more
        case .title: title += more
        case .footnote: note += more
        case .label: label += more
        case .styles: styleName += more
        case .skipped, .fonts: break
        }
    }

    private static func charset(_ number: Int) -> Charset? {
        let pages = [
            0: 1252, 77: 10_000, 128: 932, 129: 949, 130: 1361, 134: 936, 136: 950, 161: 1253, 162: 1254, 163: 1258, 177: 1255, 178: 1256, 186: 1257,
            204: 1251, 222: 874, 238: 1250, 254: 437,
        ]
        return number == 0 ? nil : pages[number].flatMap { Charset(codePage: $0) }
    }

    // MARK: Structure

    private mutating func endStyle() {
        defer {
            styleName = ""
            definedStyle = nil
        }
        guard let definedStyle else { return }
        let name = styleName.lowercased().trimmed()
        if name.hasPrefix("heading "), let level = Int(name.dropFirst(8).prefix { $0.isNumber }), styleLevels[definedStyle] == nil {
            styleLevels[definedStyle] = level
        }
    }

    private mutating func endParagraph() {
        defer {
            text = ""
            label = ""
        }
        if paragraph.isInTable, isInTable {
            text += "\n"
            return cells.isEmpty && text.trimmed().isEmpty ? () : keepInCell()
        }
        endTable()
        let shown = label.contains(where: { $0.isNumber || $0.isLetter }) ? "\(label.trimmed()) \(text.trimmed())" : text
        guard !text.trimmed().isEmpty else { return }
        if let level = paragraph.outline.map({ $0 + 1 }) ?? paragraph.style.flatMap({ styleLevels[$0] }), (1...9).contains(level) {
            builder.add(.heading(level: level), shown)
        } else {
            builder.add(paragraph.isListItem ? .listItem : .paragraph, shown)
        }
    }

    private var cellText = ""

    private mutating func keepInCell() { cellText += text }

    private mutating func endCell() throws(DocumentError) {
        cellCount += 1
        guard cellCount <= DocumentParser.cellLimit else { throw .tooManyCells(DocumentParser.cellLimit) }
        cells.append(cellText + text)
        (cellText, text, label) = ("", "", "")
        isInTable = true
    }

    private mutating func endRow() {
        rows.add(cells, isHeader: false, to: &builder)
        cells = []
    }

    private mutating func endTable() {
        if !cells.isEmpty { endRow() }
        rows.end(in: &builder)
        rows = TableRows()
        isInTable = false
    }
}
