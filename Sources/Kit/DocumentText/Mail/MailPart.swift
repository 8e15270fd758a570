/// A message, or a part of one: header fields and a body. Lenient, as mail is: what is wrong is read as far as it goes.
struct MailPart {
    private static let partLimit = 1_000

    /// By name in lower case, unfolded; the first of each name.
    let headers: [String: [UInt8]]
    /// In lower case, without parameters.
    let type: String
    private let parameters: [String: String]
    private let disposition: (kind: String, parameters: [String: String])
    /// Without its transfer encoding.
    let body: [UInt8]

    init(_ bytes: [UInt8]) {
        let (headers, rest) = Self.split(bytes)
        self.headers = headers
        let (type, parameters) = Self.field(headers["content-type"], otherwise: "text/plain")
        self.type = type
        self.parameters = parameters
        disposition = Self.field(headers["content-disposition"], otherwise: "")
        let encoding = headers["content-transfer-encoding"].map { String(decoding: $0, as: UTF8.self).trimmed().lowercased() } ?? ""
        if encoding.hasPrefix("base64") {
            body = TransferEncoding.base64(rest)
        } else if encoding.hasPrefix("quoted-printable") {
            body = TransferEncoding.quotedPrintable(rest)
        } else {
            body = Array(rest)
        }
    }

    var charset: String? { parameters["charset"] }
    var filename: String? { disposition.parameters["filename"] ?? parameters["name"] }
    var isAttachment: Bool { disposition.kind == "attachment" || filename != nil && type != "text/html" && type != "text/plain" }

    /// A header field as people read it, encoded words decoded (RFC 2047).
    func text(_ name: String) -> String? {
        guard let value = headers[name] else { return nil }
        let text = EncodedWords.decode(value).collapsed()
        return text.isEmpty ? nil : text
    }

    /// The parts of a multipart body.
    var parts: [MailPart] {
        guard let boundary = parameters["boundary"], !boundary.isEmpty else { return [] }
        let mark = Array("--\(boundary)".utf8)
        var parts: [MailPart] = []
        var start: Int?
        for line in Self.lines(of: body[...]) {
            guard body[line].starts(with: mark) else { continue }
            let rest = body[line].dropFirst(mark.count)
            let isLast = rest.starts(with: [0x2d, 0x2d])
            guard isLast || rest.allSatisfy({ $0 <= 0x20 }) else { continue }
            if let start, parts.count < Self.partLimit { parts.append(MailPart(Array(body[start..<max(start, line.lowerBound)]))) }
            start = isLast ? nil : min(body.count, line.upperBound)
            if isLast { break }
        }
        // A message that was cut short ends in the middle of a part.
        if let start, parts.count < Self.partLimit { parts.append(MailPart(Array(body[start...]))) }
        return parts
    }

    // MARK: Header fields

    private static func split(_ bytes: [UInt8]) -> ([String: [UInt8]], ArraySlice<UInt8>) {
        var headers: [String: [UInt8]] = [:]
        var last: String?
        for line in lines(of: bytes[...]) {
            var content = bytes[line]
            while let end = content.last, end == 0x0a || end == 0x0d { content.removeLast() }
            if content.isEmpty { return (headers, bytes[line.upperBound...]) }
            if content.first == 0x20 || content.first == 0x09 {
                if let last { headers[last]?.append(contentsOf: content) }
                continue
            }
            guard let colon = content.firstIndex(of: 0x3a), content[..<colon].allSatisfy({ (0x21...0x7e).contains($0) || $0 == 0x20 }) else {
                // The line that opens a message in a mailbox, or the text itself, without an empty line before.
                if headers.isEmpty, content.starts(with: Array("From ".utf8)) { continue }
                return (headers, bytes[line.lowerBound...])
            }
            let name = String(decoding: content[..<colon], as: UTF8.self).trimmed().lowercased()
            last = headers[name] == nil ? name : nil
            if last != nil { headers[name] = Array(content[(colon + 1)...]) }
        }
        return (headers, [])
    }

    /// Ranges of lines, their ends with them.
    private static func lines(of bytes: ArraySlice<UInt8>) -> some Sequence<Range<Int>> {
        sequence(state: bytes.startIndex) { start -> Range<Int>? in
            guard start < bytes.endIndex else { return nil }
            let end = bytes[start...].firstIndex(of: 0x0a).map { $0 + 1 } ?? bytes.endIndex
            defer { start = end }
            return start..<end
        }
    }

    /// `value; name=value; name="value"`, and the forms of RFC 2231 that carry a charset or come in pieces.
    private static func field(_ bytes: [UInt8]?, otherwise: String) -> (String, [String: String]) {
        guard let bytes else { return (otherwise, [:]) }
        var pieces = pieces(of: EncodedWords.decode(bytes))[...]
        let value = pieces.popFirst()?.trimmed().lowercased() ?? ""
        var parameters: [String: String] = [:]
        for piece in pieces {
            guard let equals = piece.firstIndex(of: "=") else { continue }
            var name = piece[..<equals].trimmed().lowercased()
            var text = unquoted(piece[piece.index(after: equals)...].trimmed())
            if name.hasSuffix("*") {
                name.removeLast()
                text = EncodedWords.extended(text)
            }
            let base = name.split(separator: "*").first.map(String.init) ?? name
            parameters[base, default: ""] += text
        }
        return (value.isEmpty ? otherwise : value, parameters)
    }

    private static func pieces(of text: String) -> [String] {
        var pieces = [""]
        var isQuoted = false
        for character in text {
            if character == "\"" { isQuoted.toggle() }
            if character == ";", !isQuoted { pieces.append("") } else { pieces[pieces.count - 1].append(character) }
        }
        return pieces
    }

    private static func unquoted(_ text: String) -> String {
        guard text.first == "\"" else { return String(text.prefix { !$0.isWhitespace }) }
        return String(text.dropFirst().prefix { $0 != "\"" })
    }
}
