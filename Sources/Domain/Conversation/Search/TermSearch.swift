import SearchIndex

/// Finds where long texts first have one of some terms. What cannot have one is passed over by its letters; what can is analysed, as long as the
/// bytes last that all of the texts together may cost.
struct TermSearch {
    /// Bytes that are looked at together.
    private static let partLimit = 2 << 10
    /// Bytes that are analysed at the most.
    static let analysisLimit = 4 << 20
    /// Letters that stemming may have changed at the end of a term: `die` is that of dying.
    private static let changeable = 2

    private let terms: Set<String>
    /// How words of ASCII begin that may have one of the terms, in lower case, by their first letters.
    private let beginnings: [[[UInt8]]]
    let analyzer = Analyzer()
    private var room: Int

    init(_ terms: [String], analysisLimit: Int = TermSearch.analysisLimit) {
        var beginnings = [[[UInt8]]](repeating: [], count: 0x80)
        for term in terms where term.utf8.allSatisfy({ $0 < 0x80 }) {
            // An apostrophe may have been another character.
            let word = term.utf8.prefix { $0 != UInt8(ascii: "'") }
            let beginning = Array(word.prefix(max(1, term.utf8.count - Self.changeable)))
            if let first = beginning.first { beginnings[Int(first)].append(beginning) }
        }
        self.terms = Set(terms)
        self.beginnings = beginnings
        room = analysisLimit
    }

    /// Nil where there is none, and where looking for it would cost too much.
    mutating func first(in text: String) -> String.Index? {
        var lower = text.startIndex
        while lower < text.endIndex {
            let upper = text.place(after: lower, by: Self.partLimit)
            let part = text[lower..<upper]
            if mayHold(part) {
                let size = part.utf8.count
                guard size <= room else { return nil }
                room -= size
                if let found = analyzer.placedTerms(String(part)).first(where: { terms.contains($0.term) }) {
                    return part.unicodeScalars.index(part.startIndex, offsetBy: found.range.lowerBound)
                }
            }
            guard upper < text.endIndex else { return nil }
            // Two characters that are a term together may stand on both sides.
            lower = text.unicodeScalars.index(before: upper)
        }
        return nil
    }

    private func mayHold(_ part: Substring) -> Bool { part.utf8.withContiguousStorageIfAvailable { mayHold($0) } ?? true }

    private func mayHold(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        var isInWord = false
        var place = 0
        while place < bytes.count {
            let byte = bytes[place]
            if byte >= 0x80 {
                // General punctuation, such as quotes and dashes, is of no word. Other characters may be, and may be written in several ways.
                guard byte == 0xe2, place + 2 < bytes.count, bytes[place + 1] == 0x80 else { return true }
                isInWord = false
                place += 3
                continue
            }
            let letter = Self.lowercased(byte)
            if let letter, !isInWord, beginnings[Int(letter)].contains(where: { bytes[place...].begins(with: $0) }) { return true }
            isInWord = letter != nil
            place += 1
        }
        return false
    }

    /// Nil for what is of no word.
    fileprivate static func lowercased(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 48...57, 97...122: byte
        case 65...90: byte + 32
        default: nil
        }
    }
}

extension Slice<UnsafeBufferPointer<UInt8>> {
    fileprivate func begins(with word: [UInt8]) -> Bool {
        count >= word.count && zip(self, word).allSatisfy { TermSearch.lowercased($0) == $1 }
    }
}

extension String {
    /// Bytes before a place in which the end of a word is looked for.
    private static let edge = 256

    /// A place at most so many bytes on: between two words where one ends near, otherwise between two scalars. The end where it is nearer.
    func place(after start: Index, by bytes: Int) -> Index {
        guard let wide = utf8.index(start, offsetBy: bytes, limitedBy: endIndex), wide < endIndex else { return endIndex }
        return cut(before: wide)
    }

    /// The same, that many bytes back, or a little more.
    func place(before end: Index, by bytes: Int) -> Index {
        guard let wide = utf8.index(end, offsetBy: -bytes, limitedBy: startIndex), wide > startIndex else { return startIndex }
        return cut(before: wide)
    }

    private func cut(before wide: Index) -> Index {
        let narrow = utf8.index(wide, offsetBy: -Self.edge, limitedBy: startIndex) ?? startIndex
        if let gap = utf8[narrow..<wide].lastIndex(where: { $0 < 0x80 && $0 != UInt8(ascii: "'") && TermSearch.lowercased($0) == nil }) {
            return utf8.index(after: gap)
        }
        var place = wide
        while place > startIndex, utf8[place] & 0xc0 == 0x80 { place = utf8.index(before: place) }
        return place
    }
}
