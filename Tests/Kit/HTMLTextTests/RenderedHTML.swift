/// HTML that the renderer wrote, looked at byte by byte as a browser would.
struct RenderedHTML {
    private static let names: Set<String> = [
        "p", "blockquote", "ul", "ol", "li", "pre", "code", "h1", "h2", "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td",
        "em", "strong", "del",
    ]
    private static let linkStart = "a rel=\"noopener noreferrer nofollow\" href=\""

    /// What stands between `<` and `>`, tag after tag.
    private let tags: [String]
    /// In text every `<` and `>` is escaped, so each of them belongs to a tag; this one does not.
    private let looseBracket: String?

    init(_ html: String) {
        var tags: [String] = []
        var loose: String?
        let pieces = Array(html.utf8).split(separator: UInt8(ascii: "<"), omittingEmptySubsequences: false)
        for (number, piece) in pieces.enumerated() {
            let parts = piece.split(separator: UInt8(ascii: ">"), omittingEmptySubsequences: false)
            if parts.count != (number == 0 ? 1 : 2) { loose = String(decoding: piece, as: UTF8.self) }
            if number > 0 { tags.append(String(decoding: parts[0], as: UTF8.self)) }
        }
        self.tags = tags
        looseBracket = loose
    }

    /// What stands in it that the renderer may not write; nil where all is well.
    var forbidden: String? {
        if let looseBracket { return "a bracket in \(looseBracket)" }
        return tags.first { tag in
            let name = tag.utf8.first == UInt8(ascii: "/") ? String(tag.dropFirst()) : tag
            let isKnown = Self.names.contains(name) || tag == "hr" || tag == "br" || tag == "/a"
            return !isKnown && !Self.isSafeLink(tag)
        }
    }

    /// Whether each tag that opens is closed, the last one first.
    var isBalanced: Bool {
        var open: [String] = []
        for tag in tags where tag != "hr" && tag != "br" {
            if tag.utf8.first == UInt8(ascii: "/") {
                guard open.popLast() == String(tag.dropFirst()) else { return false }
            } else {
                open.append(tag.utf8.starts(with: Self.linkStart.utf8) ? "a" : tag)
            }
        }
        return open.isEmpty
    }

    private static func isSafeLink(_ tag: String) -> Bool {
        guard tag.utf8.starts(with: linkStart.utf8), tag.utf8.last == UInt8(ascii: "\"") else { return false }
        let target = Array(tag.utf8.dropFirst(linkStart.utf8.count).dropLast())
        guard !target.contains(UInt8(ascii: "\"")), !target.contains(UInt8(ascii: "'")) else { return false }
        let start = target.prefix(8).map { (65...90).contains($0) ? $0 + 32 : $0 }
        return ["http://", "https://", "mailto:"].contains { start.starts(with: $0.utf8) }
    }
}
