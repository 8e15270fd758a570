/// Counts the paragraphs of Word's lists, so that an item is called as its readers see it.
struct WordNumbering: XMLVisitor {
    private struct Level {
        var start = 1
        var format = "decimal"
        /// `%1.%2.` stands for the counts of the first and second level.
        var text = ""
    }

    private static let levels = 9

    private var lists: [String: [Int: Level]] = [:]
    private var listOfNumber: [String: String] = [:]
    private var counts: [String: [Int]] = [:]
    private var list: String?
    private var level: Int?
    private var number: String?

    mutating func open(_ element: XMLElement) -> Bool {
        switch element.name {
        case "w:abstractNum":
            list = element["abstractNumId"]
            if let list { lists[list] = [:] }
        case "w:num": number = element["numId"]
        case "w:abstractNumId": if let number { listOfNumber[number] = element["val"] }
        case "w:lvl":
            level = element.number("ilvl")
            change { _ in }
        case "w:start": change { $0.start = element.number("val") ?? 1 }
        case "w:numFmt": change { $0.format = element["val"] ?? "decimal" }
        case "w:lvlText": change { $0.text = element["val"] ?? "" }
        default: break
        }
        return true
    }

    mutating func close(_ name: String) {
        switch name {
        case "w:abstractNum": list = nil
        case "w:num": number = nil
        case "w:lvl": level = nil
        default: break
        }
    }

    mutating func text(_ text: String) {}

    private mutating func change(_ body: (inout Level) -> Void) {
        guard let list, let level, (0..<Self.levels).contains(level) else { return }
        body(&lists[list, default: [:]][level, default: Level()])
    }

    /// The next item's label; blank for bullets and for what is no list.
    mutating func label(of number: String, level: Int) -> String {
        guard let list = listOfNumber[number], let levels = lists[list], let own = levels[level], (0..<Self.levels).contains(level) else { return "" }
        var counts = self.counts[list] ?? (0..<Self.levels).map { (levels[$0]?.start ?? 1) &- 1 }
        counts[level] &+= 1
        for deeper in (level + 1)..<max(Self.levels, level + 1) { counts[deeper] = (levels[deeper]?.start ?? 1) &- 1 }
        self.counts[list] = counts
        guard own.format != "bullet", own.format != "none" else { return "" }
        var label = own.text
        for place in 0...level {
            let start = levels[place]?.start ?? 1
            label = label.replacing("%\(place + 1)", with: Self.written(max(counts[place], start), levels[place]?.format ?? "decimal"))
        }
        return label.trimmed()
    }

    private static func written(_ count: Int, _ format: String) -> String {
        switch format {
        case "lowerLetter": letters(count)
        case "upperLetter": letters(count).uppercased()
        case "lowerRoman": roman(count)
        case "upperRoman": roman(count).uppercased()
        default: String(count)
        }
    }

    private static func letters(_ count: Int) -> String {
        guard (1...702).contains(count), let letter = Unicode.Scalar(UInt32(97 + (count - 1) % 26)) else { return String(count) }
        return String(repeating: String(letter), count: (count - 1) / 26 + 1)
    }

    private static func roman(_ count: Int) -> String {
        guard (1...3_999).contains(count) else { return String(count) }
        let digits = [
            (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"),
            (4, "iv"),
            (1, "i"),
        ]
        var (rest, text) = (count, "")
        for (value, digit) in digits {
            while rest >= value {
                text += digit
                rest -= value
            }
        }
        return text
    }
}
