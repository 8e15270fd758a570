/// Reads documents of the formats that are known here.
public enum DocumentParser {
    /// What reading one document may take.
    public struct Limits: Sendable, Hashable {
        /// Bytes that an archive's entries unpack to, those that are read.
        public var unpackedBytes: Int
        /// Seconds that a program may take which is called for help.
        public var seconds: Int

        public init(unpackedBytes: Int = 256 << 20, seconds: Int = 60) {
            self.unpackedBytes = unpackedBytes
            self.seconds = seconds
        }
    }

    /// Cells of all tables, at the most.
    static let cellLimit = 2_000_000

    /// - Parameter format: what `DocumentFormat.detect` says of it.
    /// - Throws: `DocumentError` with a reason that a person can act on.
    public static func parse(_ bytes: [UInt8], format: DocumentFormat, limits: Limits = Limits()) throws(DocumentError) -> ParsedDocument {
        guard !bytes.isEmpty else { throw .empty }
        try check(bytes, format)
        let parsed: ParsedDocument
        switch format {
        case .text: parsed = try PlainTextParser.parse(try TextDecoding.decode(bytes))
        case .markdown: parsed = try MarkdownParser.parse(try TextDecoding.decode(bytes))
        case .html: parsed = try HTMLParser.parse(try TextDecoding.decode(bytes, declared: MarkupEncoding.declared(in: bytes)))
        case .csv: parsed = try CSVParser.parse(try TextDecoding.decode(bytes))
        case .json: parsed = try JSONTextParser.parse(bytes)
        case .pdf: parsed = try PDFParser.parse(bytes, limits: limits)
        case .docx: parsed = try DOCXParser.parse(bytes, limits: limits)
        case .pptx: parsed = try PPTXParser.parse(bytes, limits: limits)
        case .xlsx: parsed = try XLSXParser.parse(bytes, limits: limits)
        case .odt, .odp, .ods: parsed = try OpenDocumentParser.parse(bytes, format: format, limits: limits)
        case .epub: parsed = try EPUBParser.parse(bytes, limits: limits)
        case .rtf: parsed = try RTFParser.parse(bytes)
        case .email: parsed = try MailParser.parse(bytes, limits: limits)
        }
        guard !parsed.blocks.isEmpty else { throw .empty }
        return parsed
    }

    /// Whether the bytes can be what they are read as.
    private static func check(_ bytes: [UInt8], _ format: DocumentFormat) throws(DocumentError) {
        guard case .compound(let isEncrypted) = FileSample(bytes).signature else { return }
        if isEncrypted { throw .encrypted(format) }
        throw DocumentError(
            code: "old_office_format", message: "Files of Microsoft Office up to 2003 are not read. Save it as DOCX, XLSX or PPTX.")
    }
}
