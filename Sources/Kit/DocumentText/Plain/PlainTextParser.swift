/// Plain text, kept as it is: paragraphs are set apart by empty lines.
enum PlainTextParser {
    static func parse(_ text: String) throws(DocumentError) -> ParsedDocument {
        let scalars = Array(text.unicodeScalars)
        guard scalars.count < DocumentBuilder.textLimit else { throw .tooMuchText }
        var blocks: [ParsedDocument.Block] = []
        var paragraph: Range<Int>?
        var lineStart = 0
        func endLine(at end: Int) {
            if let words = trimmed(lineStart..<end, scalars) {
                paragraph = (paragraph?.lowerBound ?? words.lowerBound)..<words.upperBound
            } else if let range = paragraph {
                blocks.append(ParsedDocument.Block(kind: .paragraph, start: range.lowerBound, end: range.upperBound))
                paragraph = nil
            }
        }
        for (index, scalar) in scalars.enumerated() where scalar == "\n" || scalar == "\r" {
            let isPair = scalar == "\n" && index > 0 && scalars[index - 1] == "\r"
            if !isPair { endLine(at: index) }
            lineStart = index + 1
        }
        endLine(at: scalars.count)
        if let range = paragraph { blocks.append(ParsedDocument.Block(kind: .paragraph, start: range.lowerBound, end: range.upperBound)) }
        return ParsedDocument(title: nil, text: text, blocks: blocks)
    }

    /// The range without white space at its ends; nil where nothing else is in it.
    private static func trimmed(_ range: Range<Int>, _ scalars: [Unicode.Scalar]) -> Range<Int>? {
        guard let first = range.first(where: { !scalars[$0].properties.isWhitespace }),
            let last = range.last(where: { !scalars[$0].properties.isWhitespace })
        else { return nil }
        return first..<last + 1
    }
}
