/// Cuts text into sentences. Works on Unicode scalars, so that offsets agree with those of documents and citations.
package enum Sentences {
    private static let terminators: Set<Unicode.Scalar> = [".", "!", "?", "…", "。", "！", "？"]
    private static let closers: Set<Unicode.Scalar> = ["\"", "'", ")", "]", "”", "’", "»"]
    /// Words after which a full stop does not end a sentence.
    private static let abbreviations: Set<String> = [
        "e.g", "i.e", "etc", "vs", "cf", "fig", "figs", "eq", "no", "dr", "mr", "mrs", "ms", "prof", "st", "al", "approx", "ca", "resp", "inc",
        "ltd", "vol", "pp", "sec", "ref",
    ]

    /// The ranges of the sentences, white space at their ends left out.
    package static func ranges(in scalars: [Unicode.Scalar]) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        var start = 0
        var index = 0
        func close(at end: Int) {
            var (low, high) = (start, end)
            while low < high, scalars[low].properties.isWhitespace { low += 1 }
            while high > low, scalars[high - 1].properties.isWhitespace { high -= 1 }
            if low < high { ranges.append(low..<high) }
            start = end
        }
        while index < scalars.count {
            if let end = end(of: scalars[...], at: index, from: start) {
                close(at: end)
                index = end
            } else {
                // What follows in a run of full stops ends no sentence either.
                index = terminators.contains(scalars[index]) ? endOfRun(scalars[...], from: index) : index + 1
            }
        }
        close(at: scalars.count)
        return ranges
    }

    /// Sentences; of records, such as the rows of a table, each line.
    package static func statements(in scalars: [Unicode.Scalar]) -> [Range<Int>] {
        ranges(in: scalars).flatMap { range in
            let lines = scalars[range].split(whereSeparator: isNewline).map { $0.startIndex..<$0.endIndex }
            return areRecords(lines.map { scalars[$0] }) ? lines : [range]
        }
    }

    /// Whether most of a text's lines are records.
    package static func areRecords(_ text: String) -> Bool {
        areRecords(text.unicodeScalars.split(whereSeparator: isNewline).map { Array($0.prefix(recordName + 2))[...] })
    }

    private static func isNewline(_ scalar: Unicode.Scalar) -> Bool { scalar == "\n" || scalar == "\r" }

    /// Unicode scalars of a column's name, at the most, which stands before its value.
    private static let recordName = 120

    private static func areRecords(_ lines: [ArraySlice<Unicode.Scalar>]) -> Bool {
        lines.count > 1 && lines.count(where: isRecord) * 2 > lines.count
    }

    /// `column: value; column: value`.
    package static func isRecord(_ line: ArraySlice<Unicode.Scalar>) -> Bool {
        line.prefix(recordName).firstIndex(of: ":").map { $0 + 1 < line.endIndex && line[$0 + 1] == " " } ?? false
    }

    /// Where the sentence ends if the scalar at `index` ends it: past closing quotes, and only where white space or the end follows.
    package static func end(of scalars: ArraySlice<Unicode.Scalar>, at index: Int, from start: Int) -> Int? {
        let scalar = scalars[index]
        if isNewline(scalar) {
            guard index + 1 < scalars.endIndex else { return nil }
            // An empty line; what follows `\r` in `\r\n` ends the same line.
            let next = scalars[index + 1]
            return next == "\r" || next == "\n" && scalar == "\n" ? index + 1 : nil
        }
        guard terminators.contains(scalar) else { return nil }
        let end = endOfRun(scalars, from: index)
        let isWide = scalars[index..<end].contains { $0.value > 0x3000 }
        guard isWide || end == scalars.endIndex || scalars[end].properties.isWhitespace else { return nil }
        if scalar == ".", isAbbreviation(scalars, before: index, from: start) { return nil }
        if scalar == ".", mayAbbreviate(scalars, before: index), continuesInLowerCase(scalars, after: end) { return nil }
        return end
    }

    private static func endOfRun(_ scalars: ArraySlice<Unicode.Scalar>, from start: Int) -> Int {
        scalars[(start + 1)...].firstIndex { !terminators.contains($0) && !closers.contains($0) } ?? scalars.endIndex
    }

    private static func isAbbreviation(_ scalars: ArraySlice<Unicode.Scalar>, before index: Int, from start: Int) -> Bool {
        var low = index
        while low > start, !scalars[low - 1].properties.isWhitespace, index - low < 8 { low -= 1 }
        let word = scalars[low..<index].drop { $0 == "(" || $0 == "[" }
        if word.count == 1, let only = word.first { return only.properties.isUppercase }
        return abbreviations.contains(String(scalars: word).lowercased())
    }

    /// Whether the word before a full stop is short enough to be an abbreviation that is not known here: then what goes on in lower case
    /// is the same sentence.
    package static func mayAbbreviate(_ scalars: ArraySlice<Unicode.Scalar>, before index: Int) -> Bool {
        let longest = 4
        var low = index
        while low > scalars.startIndex, index - low <= longest, scalars[low - 1].properties.isAlphabetic { low -= 1 }
        return index - low <= longest
    }

    private static func continuesInLowerCase(_ scalars: ArraySlice<Unicode.Scalar>, after end: Int) -> Bool {
        guard let next = scalars[end...].first(where: { !$0.properties.isWhitespace }) else { return false }
        return next.properties.isLowercase
    }
}
