/// What a process that reads a document tells the one that waits for it, as bytes: a document or why there is none.
///
///     "LQ1D" title pages blocks text    or    "LQ1F" code message
///
/// Numbers are 32 bits, little-endian; text is its length in bytes and UTF-8. Whoever receives it believes nothing of it: what a reader
/// says that a hostile file has taken over is checked like the file.
public enum ReadingReport {
    private static let documentMark = Array("LQ1D".utf8)
    private static let failureMark = Array("LQ1F".utf8)
    private static let codeLimit = 64
    private static let messageLimit = 500
    private static let deepestHeading = 9

    public static func encode(_ result: Result<ParsedDocument, DocumentError>) -> [UInt8] {
        var writer = Writer()
        switch result {
        case .success(let document):
            writer.bytes += documentMark
            writer.add(document.title ?? "")
            writer.add(document.pageCount ?? 0)
            writer.add(document.blocks.count)
            for block in document.blocks {
                writer.add(number(of: block.kind))
                writer.add(block.start)
                writer.add(block.end)
                writer.add(block.page ?? 0)
            }
            writer.add(document.text)
        case .failure(let error):
            writer.bytes += failureMark
            writer.add(error.code)
            writer.add(error.message)
        }
        return writer.bytes
    }

    /// Nil where the bytes are no whole report.
    public static func decode(_ bytes: [UInt8]) -> Result<ParsedDocument, DocumentError>? {
        var reader = Reader(bytes: bytes[...])
        if bytes.starts(with: failureMark) {
            reader.bytes = bytes.dropFirst(failureMark.count)
            guard let code = reader.text(), let message = reader.text(), reader.bytes.isEmpty, code.utf8.count <= codeLimit,
                !code.isEmpty, code.utf8.allSatisfy({ (0x61...0x7a).contains($0) || $0 == 0x5f })
            else { return nil }
            return .failure(DocumentError(code: code, message: String(message.prefix(messageLimit))))
        }
        guard bytes.starts(with: documentMark) else { return nil }
        reader.bytes = bytes.dropFirst(documentMark.count)
        return document(&reader).map(Result.success)
    }

    private static func document(_ reader: inout Reader) -> ParsedDocument? {
        guard let title = reader.text(), let pages = reader.number(), let count = reader.number(), count > 0, count <= reader.bytes.count / 16
        else { return nil }
        var blocks: [ParsedDocument.Block] = []
        blocks.reserveCapacity(count)
        var last = 0
        for _ in 0..<count {
            guard let kind = reader.number().flatMap(kind), let start = reader.number(), let end = reader.number(), let page = reader.number(),
                last <= start, start < end, page <= pages
            else { return nil }
            last = end
            blocks.append(ParsedDocument.Block(kind: kind, start: start, end: end, page: page > 0 ? page : nil))
        }
        guard let text = reader.text(), reader.bytes.isEmpty, text.unicodeScalars.count >= last else { return nil }
        return ParsedDocument(title: title.isEmpty ? nil : title, text: text, blocks: blocks, pageCount: pages > 0 ? pages : nil)
    }

    private static func number(of kind: ParsedDocument.Block.Kind) -> Int {
        switch kind {
        case .paragraph: 0
        case .heading(let level): max(1, min(level, deepestHeading))
        case .listItem: 10
        case .record: 11
        case .code: 12
        }
    }

    private static func kind(_ number: Int) -> ParsedDocument.Block.Kind? {
        switch number {
        case 0: .paragraph
        case 1...deepestHeading: .heading(level: number)
        case 10: .listItem
        case 11: .record
        case 12: .code
        default: nil
        }
    }

    private struct Writer {
        var bytes: [UInt8] = []

        mutating func add(_ number: Int) {
            let value = UInt32(clamping: number)
            for shift in [0, 8, 16, 24] as [UInt32] { bytes.append(UInt8(truncatingIfNeeded: value >> shift)) }
        }

        mutating func add(_ text: String) {
            add(text.utf8.count)
            bytes += text.utf8
        }
    }

    private struct Reader {
        var bytes: ArraySlice<UInt8>

        mutating func number() -> Int? {
            guard bytes.count >= 4 else { return nil }
            let value = bytes.prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
            bytes = bytes.dropFirst(4)
            return value
        }

        mutating func text() -> String? {
            guard let count = number(), count <= bytes.count else { return nil }
            let text = String(validating: bytes.prefix(count), as: UTF8.self)
            bytes = bytes.dropFirst(count)
            return text
        }
    }
}
