/// Mail (RFC 5322 with MIME): who wrote to whom about what, the text in its plainest form, and what is attached, each read by its own format.
enum MailParser {
    private static let nestingLimit = 8
    private static let partLimit = 1_000

    static func parse(_ bytes: [UInt8], limits: DocumentParser.Limits) throws(DocumentError) -> ParsedDocument {
        var reading = Reading(limits: limits)
        // Some programs save a message as UTF-16; it is ASCII by its standard.
        let isWide = bytes.starts(with: [0xff, 0xfe]) || bytes.starts(with: [0xfe, 0xff]) || bytes.prefix(64).contains(0)
        let message = MailPart(isWide ? Array(try TextDecoding.decode(bytes).utf8) : bytes)
        guard !message.headers.isEmpty else { throw .broken(.email, "it has no header fields") }
        try reading.addMessage(message, depth: 0)
        return try reading.builder.document(title: message.text("subject"))
    }

    private struct Reading {
        let limits: DocumentParser.Limits
        var builder = DocumentBuilder()
        private var partCount = 0

        init(limits: DocumentParser.Limits) { self.limits = limits }

        mutating func addMessage(_ message: MailPart, depth: Int) throws(DocumentError) {
            builder.add(.heading(level: depth + 1), message.text("subject") ?? "")
            let shown = [("From", "from"), ("To", "to"), ("Cc", "cc"), ("Date", "date")]
            let lines = shown.compactMap { label, name in message.text(name).map { "\(label): \($0)" } }
            builder.add(.paragraph, lines.joined(separator: "\n"))
            _ = try add(message, depth: depth)
        }

        /// True where there was something to read.
        private mutating func add(_ part: MailPart, depth: Int) throws(DocumentError) -> Bool {
            partCount += 1
            guard depth < MailParser.nestingLimit, partCount <= MailParser.partLimit else { throw .nestedTooDeeply }
            if part.type.hasPrefix("multipart/") {
                let parts = part.parts
                guard part.type == "multipart/alternative" else { return try addAll(parts, depth) }
                let ranked = parts.enumerated().sorted { (Self.rank($0.element), $0.offset) < (Self.rank($1.element), $1.offset) }
                for (_, part) in ranked where try add(part, depth: depth + 1) { return true }
                return false
            }
            if part.type == "message/rfc822" || part.type == "message/global" {
                try addMessage(MailPart(part.body), depth: depth + 1)
                return true
            }
            return try part.isAttachment ? addAttachment(part, depth) : addText(part, depth)
        }

        private mutating func addAll(_ parts: [MailPart], _ depth: Int) throws(DocumentError) -> Bool {
            var isAnything = false
            for part in parts where try add(part, depth: depth + 1) { isAnything = true }
            return isAnything
        }

        /// Of several forms of the same text, the plainest.
        private static func rank(_ part: MailPart) -> Int { part.type == "text/plain" ? 0 : part.type == "text/html" ? 1 : 2 }

        private mutating func addText(_ part: MailPart, _ depth: Int) throws(DocumentError) -> Bool {
            let before = builder.blocks.count
            switch part.type {
            case "text/plain":
                for paragraph in paragraphs(try TextDecoding.decode(part.body, declared: part.charset)) { builder.add(.paragraph, paragraph) }
            case "text/html":
                let declared = part.charset ?? MarkupEncoding.declared(in: part.body)
                _ = try HTMLParser.add(try TextDecoding.decode(part.body, declared: declared), to: &builder)
            default: return try addAttachment(part, depth)
            }
            return builder.blocks.count > before
        }

        private func paragraphs(_ text: String) -> [String] {
            let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
            return lines.split { $0.allSatisfy(\.isWhitespace) }.map { $0.joined(separator: "\n") }
        }

        /// A file that cannot be read is named, and the rest of the message is read.
        private mutating func addAttachment(_ part: MailPart, _ depth: Int) throws(DocumentError) -> Bool {
            guard !part.body.isEmpty else { return false }
            let format = DocumentFormat.detect(FileSample(part.body), declared: part.type, filename: part.filename)
            guard let name = part.filename ?? format?.name else { return false }
            builder.add(.heading(level: depth + 2), name)
            guard let format, format != .email else { return true }
            do throws(DocumentError) {
                builder.add(try DocumentParser.parse(part.body, format: format, limits: limits), below: depth + 2)
            } catch {
                if error == .tookTooLong || error == .outOfMemory { throw error }
                builder.add(.paragraph, "(\(error.message))")
            }
            return true
        }
    }
}
