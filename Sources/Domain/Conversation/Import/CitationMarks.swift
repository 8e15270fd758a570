import JSON

/// The marks that ChatGPT leaves in its text for its own page to draw, in characters of private use: U+E200 begins one, U+E202 divides its
/// fields, U+E201 ends it, as in `⟨E200⟩cite⟨E202⟩turn0search0⟨E201⟩`. A link's label and the name of a thing are kept; the rest says nothing
/// to a reader.
enum CitationMarks {
    private static let begin: Unicode.Scalar = "\u{e200}"
    private static let end: Unicode.Scalar = "\u{e201}"
    private static let divider: Unicode.Scalar = "\u{e202}"

    static func removed(from text: String) -> String {
        // All of them begin with this byte in UTF-8.
        guard text.utf8.contains(0xee) else { return text }
        var kept = String.UnicodeScalarView()
        var rest = Substring(text).unicodeScalars
        while let scalar = rest.popFirst() {
            switch scalar {
            case begin:
                let shown = readMark(&rest)
                if shown.isEmpty { closeGap(&kept, before: rest.first) } else { kept.append(contentsOf: shown.unicodeScalars) }
            case divider:
                // What stands behind one that nothing begins is a reference, such as turn0search0.
                if rest.starts(with: "turn".unicodeScalars) { rest = rest.drop { isPartOfReference($0) } }
                closeGap(&kept, before: rest.first)
            case "\u{e201}"..."\u{e206}": closeGap(&kept, before: rest.first)
            default: kept.append(scalar)
            }
        }
        return String(kept)
    }

    /// Reads a mark whose begin was read.
    /// - Returns: what of it is shown.
    private static func readMark(_ rest: inout Substring.UnicodeScalarView) -> String {
        let inside = rest.prefix { $0 != begin && $0 != end && $0 != "\n" }
        let after = rest[inside.endIndex...]
        guard after.first == end else {
            // Nothing ends it: it goes as far as its word, so that no text is lost with it.
            rest = rest.drop { !$0.properties.isWhitespace && $0 != begin }
            return ""
        }
        rest = after.dropFirst()
        let fields = inside.split(separator: divider, omittingEmptySubsequences: false).map { String($0) }
        guard fields.count > 1 else { return "" }
        switch fields[0] {
        case "url":
            let isAddress = fields.count > 2 && (fields[2].hasPrefix("https://") || fields[2].hasPrefix("http://"))
            return isAddress ? "[\(fields[1])](\(fields[2]))" : fields[1]
        case "entity": return name(fields[1])
        default: return ""
        }
    }

    /// Of a thing that is told as a list: its kind, its name and more.
    private static func name(_ json: String) -> String {
        let list = try? JSONParser.parse(json.utf8)  // reason: a mark that cannot be read shows nothing, as one of another kind
        return list?[1]?.string ?? ""
    }

    /// Takes away the space that stood before a mark, where none is wanted without it.
    private static func closeGap(_ kept: inout String.UnicodeScalarView, before next: Unicode.Scalar?) {
        guard kept.last == " " else { return }
        guard let next else {
            kept.removeLast()
            return
        }
        if " \n.,;:!?)".unicodeScalars.contains(next) { kept.removeLast() }
    }

    private static func isPartOfReference(_ scalar: Unicode.Scalar) -> Bool {
        scalar.isASCII && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil)
    }
}
