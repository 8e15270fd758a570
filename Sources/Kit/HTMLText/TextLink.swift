/// A stretch of a text that leads to a page of ours.
public struct TextLink: Sendable, Hashable {
    /// In Unicode scalars of the text.
    public let range: Range<Int>
    /// What stands there.
    public let text: String
    public let target: String
    /// Names of CSS classes.
    public let classes: String
    /// Read out instead of the text.
    public let label: String
    /// Shown on hovering.
    public let title: String

    public init(range: Range<Int>, text: String, target: String, classes: String, label: String, title: String) {
        self.range = range
        self.text = text
        self.target = target
        self.classes = classes
        self.label = label
        self.title = title
    }

    var html: String {
        let attributes = [("class", classes), ("href", target), ("aria-label", label), ("title", title)]
        let written = attributes.map { " \($0)=\"\(HTMLEscaping.escaped($1))\"" }.joined()
        return "<a\(written)>\(HTMLEscaping.escaped(text))</a>"
    }
}

/// Lays links over Markdown: the parser sees marks that mean nothing to it, and where it gives them back as running text they become
/// links. A mark holds U+10FFF0 and U+10FFF1 (private use), which no text may bring along.
struct LinkOverlay {
    enum Piece: Equatable {
        case text(ArraySlice<UInt8>)
        case link(TextLink)
    }

    private static let opening = Array("\u{10fff0}".utf8)
    private static let closing = Array("\u{10fff1}".utf8)
    /// Punctuation without meaning, as a bracket would be to the emphasis before it.
    private static let edge = UInt8(ascii: ",")

    /// The text with its marks.
    let markdown: String
    private let links: [TextLink]

    init(_ text: String, _ links: [TextLink]) {
        guard !links.isEmpty else {
            markdown = text
            self.links = []
            return
        }
        let scalars = Array(text.unicodeScalars)
        var kept: [TextLink] = []
        var marked = String.UnicodeScalarView()
        var next = 0
        func copy(upTo end: Int) {
            for scalar in scalars[next..<end] { marked.append(scalar == "\u{10fff0}" || scalar == "\u{10fff1}" ? "\u{fffd}" : scalar) }
            next = end
        }
        for link in links where link.range.lowerBound >= next && link.range.upperBound <= scalars.count {
            copy(upTo: link.range.lowerBound)
            marked.append(contentsOf: ",\u{10fff0}\(kept.count)\u{10fff1},".unicodeScalars)
            next = link.range.upperBound
            kept.append(link)
        }
        copy(upTo: scalars.count)
        markdown = String(marked)
        self.links = kept
    }

    func pieces(of text: [UInt8]) -> [Piece] {
        var pieces: [Piece] = []
        var rest = text[...]
        while !links.isEmpty, let open = rest.firstRange(of: Self.opening), let close = rest[open.upperBound...].firstRange(of: Self.closing) {
            guard let number = Int(String(decoding: rest[open.upperBound..<close.lowerBound], as: UTF8.self)), links.indices.contains(number)
            else { break }
            var before = rest[..<open.lowerBound]
            if before.last == Self.edge { before = before.dropLast() }
            if !before.isEmpty { pieces.append(.text(before)) }
            pieces.append(.link(links[number]))
            rest = rest[close.upperBound...]
            if rest.first == Self.edge { rest = rest.dropFirst() }
        }
        if !rest.isEmpty { pieces.append(.text(rest)) }
        return pieces
    }
}
