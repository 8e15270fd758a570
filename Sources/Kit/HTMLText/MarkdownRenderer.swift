import CMD4C

/// Markdown to HTML by md4c's callbacks. Only the tags named here are written, text and attributes are escaped, raw HTML is text, and
/// links go only to http, https and mailto: there is nothing left to sanitize. Images become links, so that none loads by itself.
public enum MarkdownRenderer {
    /// - Parameter links: what stands in the text and leads somewhere of ours, in order. Elsewhere than in running text (in code, in a
    ///   link) it stays text.
    public static func html(_ markdown: String, links: [TextLink] = []) -> String {
        guard !markdown.isEmpty else { return "" }
        let overlay = LinkOverlay(markdown, links)
        let output = Output(overlay)
        var parser = MD_PARSER()
        parser.flags = UInt32(MD_FLAG_NOHTML | MD_FLAG_TABLES | MD_FLAG_STRIKETHROUGH | MD_FLAG_PERMISSIVEURLAUTOLINKS)
        parser.enter_block = { type, detail, user in
            Output.of(user).enter(type, detail)
            return 0
        }
        parser.leave_block = { type, detail, user in
            Output.of(user).leave(type, detail)
            return 0
        }
        parser.enter_span = { type, detail, user in
            Output.of(user).enter(type, detail)
            return 0
        }
        parser.leave_span = { type, _, user in
            Output.of(user).leave(type)
            return 0
        }
        parser.text = { type, text, size, user in
            guard let text else { return 0 }
            Output.of(user).text(type, UnsafeBufferPointer(start: text, count: Int(size)))
            return 0
        }
        var markdown = overlay.markdown
        markdown.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) { characters in
                guard let start = characters.baseAddress else { return }
                _ = md_parse(start, UInt32(characters.count), &parser, Unmanaged.passUnretained(output).toOpaque())
            }
        }
        return String(decoding: output.bytes, as: UTF8.self)
    }

    /// Used by one rendering on one thread.
    private final class Output {
        private(set) var bytes: [UInt8] = []
        private let overlay: LinkOverlay
        /// The spans that are open, with what closes them.
        private var closings: [String] = []

        init(_ overlay: LinkOverlay) { self.overlay = overlay }

        static func of(_ user: UnsafeMutableRawPointer?) -> Output {
            guard let user else { preconditionFailure("md4c hands back what it was given") }
            return Unmanaged<Output>.fromOpaque(user).takeUnretainedValue()
        }

        private func raw(_ text: String) { bytes.append(contentsOf: text.utf8) }

        private func escaped(_ text: [UInt8], isRunning: Bool = false) {
            for piece in overlay.pieces(of: text) {
                switch piece {
                case .text(let text): HTMLEscaping.append(text, to: &bytes)
                case .link(let link) where isRunning && !closings.contains("</a>"): raw(link.html)
                case .link(let link): HTMLEscaping.append(Array(link.text.utf8), to: &bytes)
                }
            }
        }

        func enter(_ type: MD_BLOCKTYPE, _ detail: UnsafeMutableRawPointer?) {
            closeSpans()
            if let tag = Self.tag(type, detail) { raw("<\(tag)>") }
            if type == MD_BLOCK_CODE { raw("<code>") }
            if type == MD_BLOCK_HR { raw("<hr>") }
        }

        func leave(_ type: MD_BLOCKTYPE, _ detail: UnsafeMutableRawPointer?) {
            closeSpans()
            if type == MD_BLOCK_CODE { raw("</code>") }
            if let tag = Self.tag(type, detail) { raw("</\(tag)>") }
        }

        /// md4c may leave a span open at the end of its block.
        private func closeSpans() { while let closing = closings.popLast() { raw(closing) } }

        private static func tag(_ type: MD_BLOCKTYPE, _ detail: UnsafeMutableRawPointer?) -> String? {
            switch type {
            case MD_BLOCK_P: "p"
            case MD_BLOCK_QUOTE: "blockquote"
            case MD_BLOCK_UL: "ul"
            case MD_BLOCK_OL: "ol"
            case MD_BLOCK_LI: "li"
            case MD_BLOCK_CODE: "pre"
            case MD_BLOCK_H: "h\(detail?.assumingMemoryBound(to: MD_BLOCK_H_DETAIL.self).pointee.level ?? 1)"
            case MD_BLOCK_TABLE: "table"
            case MD_BLOCK_THEAD: "thead"
            case MD_BLOCK_TBODY: "tbody"
            case MD_BLOCK_TR: "tr"
            case MD_BLOCK_TH: "th"
            case MD_BLOCK_TD: "td"
            default: nil
            }
        }

        func enter(_ type: MD_SPANTYPE, _ detail: UnsafeMutableRawPointer?) {
            switch type {
            case MD_SPAN_EM: open("<em>", "</em>")
            case MD_SPAN_STRONG: open("<strong>", "</strong>")
            case MD_SPAN_CODE: open("<code>", "</code>")
            case MD_SPAN_DEL: open("<del>", "</del>")
            case MD_SPAN_A: link(detail?.assumingMemoryBound(to: MD_SPAN_A_DETAIL.self).pointee.href)
            case MD_SPAN_IMG: link(detail?.assumingMemoryBound(to: MD_SPAN_IMG_DETAIL.self).pointee.src)
            default: open("", "")
            }
        }

        func leave(_ type: MD_SPANTYPE) { raw(closings.popLast() ?? "") }

        private func open(_ opening: String, _ closing: String) {
            raw(opening)
            closings.append(closing)
        }

        private func link(_ address: MD_ATTRIBUTE?) {
            // No link stands in another.
            guard !closings.contains("</a>"), let address, let text = address.text else { return open("", "") }
            let target = UnsafeBufferPointer(start: text, count: Int(address.size)).map { UInt8(bitPattern: $0) }
            let scheme = String(decoding: target.prefix(8), as: UTF8.self).lowercased()
            guard ["http://", "https://", "mailto:"].contains(where: scheme.hasPrefix) else { return open("", "") }
            raw("<a rel=\"noopener noreferrer nofollow\" href=\"")
            escaped(target)
            open("\">", "</a>")
        }

        func text(_ type: MD_TEXTTYPE, _ text: UnsafeBufferPointer<CChar>) {
            switch type {
            case MD_TEXT_NULLCHAR: raw("\u{fffd}")
            case MD_TEXT_BR: raw("<br>")
            case MD_TEXT_SOFTBR: raw("\n")
            case MD_TEXT_ENTITY: entity(text.map { UInt8(bitPattern: $0) })
            default: escaped(text.map { UInt8(bitPattern: $0) }, isRunning: type == MD_TEXT_NORMAL)
            }
        }

        /// A character reference stays one where its form is right: it names a character, which is text.
        private func entity(_ name: [UInt8]) {
            let body = name.dropFirst().dropLast()
            let isPlain = body.allSatisfy { (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || $0 == UInt8(ascii: "#") }
            guard isPlain else { return escaped(name) }
            if let number = Self.number(body), HTMLEscaping.isHarmful(number) { return raw("\u{fffd}") }
            bytes.append(contentsOf: name)
        }

        /// The character that `#38` or `#x26` names.
        private static func number(_ body: ArraySlice<UInt8>) -> UInt32? {
            guard body.first == UInt8(ascii: "#") else { return nil }
            let digits = String(decoding: body.dropFirst(), as: UTF8.self).lowercased()
            return digits.hasPrefix("x") ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)
        }
    }
}
