/// The beginning and the end of a file, by which its format is told.
public struct FileSample: Sendable {
    /// Bytes of each end that tell enough.
    public static let length = 64 << 10

    public let head: ArraySlice<UInt8>
    let tail: ArraySlice<UInt8>

    /// - Parameter tail: of a file that `head` does not hold whole.
    public init(head: [UInt8], tail: [UInt8]) {
        self.head = head.prefix(Self.length)
        self.tail = tail.isEmpty ? self.head : tail.suffix(Self.length)
    }

    public init(_ file: [UInt8]) {
        head = file.prefix(Self.length)
        tail = file.suffix(Self.length)
    }

    /// What the bytes themselves say.
    enum Signature: Equatable {
        case format(DocumentFormat)
        /// A zip archive of no format that is read.
        case otherZip
        /// Microsoft's compound file: Office up to 2003, or a newer file behind a password.
        case compound(isEncrypted: Bool)
        /// Nothing: text, or something unknown.
        case none
    }

    var signature: Signature {
        if let position = find("%PDF-", in: head.prefix(1024)), position >= 0 { return .format(.pdf) }
        if head.starts(with: [0x50, 0x4b, 0x03, 0x04]) { return zip }
        if head.starts(with: [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]) {
            let name = "EncryptedPackage".utf8.flatMap { [$0, UInt8(0)] }
            return .compound(isEncrypted: find(name, in: head) != nil || find(name, in: tail) != nil)
        }
        if head.starts(with: Array("{\\rtf".utf8)) { return .format(.rtf) }
        let opening = head.prefix(512).drop { $0 <= 0x20 || [0xef, 0xbb, 0xbf].contains($0) }.prefix(16)
        let text = String(decoding: opening, as: UTF8.self).lowercased()
        return text.hasPrefix("<!doctype html") || text.hasPrefix("<html") ? .format(.html) : .none
    }

    /// Whether a person's text could begin like this.
    var looksLikeText: Bool {
        let controls = head.prefix(4096).count { $0 < 0x20 && ![0x09, 0x0a, 0x0c, 0x0d, 0x1b].contains($0) }
        return controls == 0
    }

    private var zip: Signature {
        // OpenDocument and EPUB say what they are in their first entry, which is stored as it is.
        if head.dropFirst(30).starts(with: Array("mimetype".utf8)) {
            let types: [DocumentFormat] = [.odt, .odp, .ods, .epub]
            if let format = types.first(where: { find($0.mediaType, in: head.prefix(256)) != nil }) { return .format(format) }
        }
        let parts: [(String, DocumentFormat)] = [
            ("word/document", .docx), ("xl/workbook", .xlsx), ("ppt/presentation", .pptx), ("META-INF/container.xml", .epub),
            ("word/", .docx), ("xl/", .xlsx), ("ppt/", .pptx),
        ]
        // Names stand at the end of the archive, and before each entry.
        for bytes in [tail, head] {
            if let part = parts.first(where: { find($0.0, in: bytes) != nil }) { return .format(part.1) }
        }
        return .otherZip
    }

    private func find(_ text: String, in bytes: ArraySlice<UInt8>) -> Int? { find(Array(text.utf8), in: bytes) }

    private func find(_ wanted: [UInt8], in bytes: ArraySlice<UInt8>) -> Int? {
        guard let first = wanted.first else { return nil }
        var rest = bytes
        while let start = rest.firstIndex(of: first) {
            if bytes[start...].starts(with: wanted) { return start }
            rest = bytes[(start + 1)...]
        }
        return nil
    }
}
