/// Which paragraph styles are headings, and which number their paragraphs.
struct WordStyles: XMLVisitor {
    struct Style {
        var name = ""
        var base: String?
        var outline: Int?
        var list: (number: String, level: Int)?
        var headingLevel: Int?
    }

    private static let longestChain = 20

    private var styles: [String: Style] = [:]
    private var current: (id: String, style: Style)?

    /// With what it takes from the styles that it is based on.
    subscript(id: String) -> Style? {
        guard var found = styles[id] else { return nil }
        var next = found.base
        found.headingLevel = Self.level(of: found)
        for _ in 0..<Self.longestChain {
            guard let id = next, let base = styles[id] else { break }
            found.headingLevel = found.headingLevel ?? Self.level(of: base)
            found.list = found.list ?? base.list
            next = base.base
        }
        return found
    }

    private static func level(of style: Style) -> Int? {
        if let outline = style.outline, outline < 9 { return outline + 1 }
        let name = style.name.lowercased()
        if name == "title" { return 1 }
        return name.hasPrefix("heading ") ? Int(name.dropFirst("heading ".count)) : nil
    }

    mutating func open(_ element: XMLElement) -> Bool {
        switch element.name {
        case "w:style": current = element["styleId"].map { ($0, Style()) }
        case "w:name": current?.style.name = element["val"] ?? ""
        case "w:basedOn": current?.style.base = element["val"]
        case "w:outlineLvl": current?.style.outline = element.number("val")
        case "w:numId":
            let level = current?.style.list?.level ?? 0
            current?.style.list = (element["val"] ?? "", level)
        case "w:ilvl":
            let number = current?.style.list?.number ?? ""
            current?.style.list = (number, element.number("val") ?? 0)
        default: break
        }
        return true
    }

    mutating func close(_ name: String) {
        guard name == "w:style", let (id, style) = current else { return }
        styles[id] = style
        current = nil
    }

    mutating func text(_ text: String) {}
}
