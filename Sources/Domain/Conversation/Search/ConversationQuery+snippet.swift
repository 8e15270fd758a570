import SearchIndex

extension ConversationQuery {
    /// Unicode scalars of a snippet, the marks of what was cut among them.
    package static let snippetLimit = 200

    /// Bytes of a text that is looked at whole; of a longer one it is an excerpt.
    private static let wholeLimit = 32 << 10
    /// Bytes of an excerpt, and those of them that stand before the first of the terms.
    private static let excerptLimit = 8 << 10
    private static let excerptLead = 1 << 10

    /// The part of a text where most of the terms stand together, and the first such; its beginning where it has none. It is one line of plain
    /// text, cut between words and never within a character, with `…` where something was cut. Of a long text it is a part near its first term.
    package func snippet(of text: String) -> String {
        var search = TermSearch(terms)
        return snippet(of: text, &search)
    }

    /// The same of each text; what they cost together has a limit, and long ones are shown from their beginning once it is reached.
    package func snippets(of texts: [String]) -> [String] {
        var search = TermSearch(terms)
        return texts.map { snippet(of: $0, &search) }
    }

    private func snippet(of text: String, _ search: inout TermSearch) -> String {
        let line = Self.line(of: text, &search)
        guard line.scalars.count > Self.snippetLimit || line.isCut else { return line.text }
        let room = Self.snippetLimit - 2
        let wanted = Set(terms)
        let places = search.analyzer.placedTerms(line.text).filter { wanted.contains($0.term) }
            .map { (term: $0.term, range: line.wholeCharacters($0.range)) }
            .filter { $0.range.count <= room }
        return line.cut(around: Self.richest(places, within: room), to: room)
    }

    /// The text, or an excerpt of it.
    private static func line(of text: String, _ search: inout TermSearch) -> SnippetLine {
        guard text.utf8.count > wholeLimit else { return SnippetLine(text[...], of: text) }
        var text = text
        text.makeContiguousUTF8()
        let searched = SearchableText.beginning(of: text)
        let first = search.first(in: searched) ?? searched.startIndex
        let lower = searched.place(before: first, by: excerptLead)
        let upper = searched.place(after: lower, by: excerptLimit)
        return SnippetLine(searched[lower..<upper], of: searched, goesOn: searched.utf8.count < text.utf8.count)
    }

    /// From the first to the last of the terms in the first window that holds the most different ones; empty where there is none.
    private static func richest(_ places: [(term: String, range: Range<Int>)], within room: Int) -> Range<Int> {
        var best = 0..<0
        var most = 0
        var counts: [String: Int] = [:]
        var end = 0
        for (first, place) in places.enumerated() {
            while end < places.count, places[end].range.upperBound - place.range.lowerBound <= room {
                counts[places[end].term, default: 0] += 1
                end += 1
            }
            if counts.count > most {
                most = counts.count
                best = place.range.lowerBound..<places[max(first, end - 1)].range.upperBound
            }
            let count = counts[place.term] ?? 1
            counts[place.term] = count > 1 ? count - 1 : nil
        }
        return best
    }
}

/// A text as one line, and where it may be cut. Places are counted in Unicode scalars.
private struct SnippetLine {
    let text: String
    let scalars: [Unicode.Scalar]
    /// The text begins before what was looked at.
    private let comesFrom: Bool
    /// The text is longer than what was looked at.
    private let goesOn: Bool
    /// Whether a character, as people see it, begins here; the end of the text counts as one.
    private let begins: [Bool]

    var isCut: Bool { comesFrom || goesOn }

    /// - Parameter goesOn: what it is a part of goes on itself.
    init(_ part: Substring, of whole: String, goesOn: Bool = false) {
        comesFrom = part.startIndex > whole.startIndex
        self.goesOn = goesOn || part.endIndex < whole.endIndex
        var scalars: [Unicode.Scalar] = []
        for scalar in part.unicodeScalars {
            if !Self.isBlank(scalar) {
                scalars.append(scalar)
            } else if let last = scalars.last, last != " " {
                scalars.append(" ")
            }
        }
        if scalars.last == " " { scalars.removeLast() }
        text = Self.text(of: scalars[...])
        self.scalars = scalars
        begins = Self.beginnings(in: text, of: scalars.count)
    }

    private static func text(of scalars: ArraySlice<Unicode.Scalar>) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(scalars.count)
        for scalar in scalars {
            if scalar.isASCII { bytes.append(UInt8(scalar.value)) } else { bytes.append(contentsOf: scalar.utf8) }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func beginnings(in text: String, of count: Int) -> [Bool] {
        // In ASCII without line ends each scalar is a character.
        if text.utf8.count == count { return [Bool](repeating: true, count: count + 1) }
        var begins = [Bool](repeating: false, count: count + 1)
        var place = 0
        for character in text {
            begins[place] = true
            place += character.unicodeScalars.count
        }
        begins[place] = true
        return begins
    }

    private static func isBlank(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII { return scalar.value <= 0x20 || scalar.value == 0x7f }
        return scalar.properties.isWhitespace || scalar.properties.generalCategory == .control
    }

    /// The range with all of the characters that it touches.
    func wholeCharacters(_ range: Range<Int>) -> Range<Int> {
        var (lower, upper) = (range.lowerBound, range.upperBound)
        while !begins[lower] { lower -= 1 }
        while !begins[upper] { upper += 1 }
        return lower..<upper
    }

    /// What stands around a part, which is whole characters.
    func cut(around part: Range<Int>, to room: Int) -> String {
        let before = (room - part.count) / 2
        let widest = min(scalars.count, max(0, part.lowerBound - before) + room)
        var lower = lowerCut(from: max(0, widest - room), to: part.lowerBound)
        var upper = upperCut(from: widest, to: part.upperBound)
        while lower < upper, scalars[lower] == " ", begins[lower + 1] { lower += 1 }
        while lower < upper, scalars[upper - 1] == " ", begins[upper - 1] { upper -= 1 }
        let opening = lower > 0 || comesFrom ? "…" : ""
        let ending = upper < scalars.count || goesOn ? "…" : ""
        return opening + Self.text(of: scalars[lower..<upper]) + ending
    }

    /// The first place from `wide` on; a word longer than any that is looked for is cut within.
    private func lowerCut(from wide: Int, to narrow: Int) -> Int {
        let reach = min(narrow, wide + Analyzer.wordLimit)
        return (wide...reach).first(where: isBetweenWords) ?? (wide...narrow).first { begins[$0] } ?? narrow
    }

    /// The last place up to `wide`.
    private func upperCut(from wide: Int, to narrow: Int) -> Int {
        let reach = max(narrow, wide - Analyzer.wordLimit)
        return (reach...wide).last(where: isBetweenWords) ?? (narrow...wide).last { begins[$0] } ?? narrow
    }

    private func isBetweenWords(_ place: Int) -> Bool {
        guard begins[place] else { return false }
        return place == 0 || place == scalars.count || !isOfWord(scalars[place - 1]) || !isOfWord(scalars[place])
    }

    /// Chinese has no words to tell apart here.
    private func isOfWord(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII { return ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) || ("0"..."9").contains(scalar) || scalar == "'" }
        let properties = scalar.properties
        if properties.isIdeographic { return false }
        return properties.isAlphabetic || properties.numericType != nil || properties.generalCategory == .nonspacingMark || scalar == "'"
            || scalar == "\u{2019}"
    }
}
