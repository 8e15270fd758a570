import Retrieval

/// How markers are written: `[2]`, `[1, 2]`, `[1-3]`; some models write `[^2]`, `[source 2]`, `[2, p. 4]`, `【2】` and `【2†passage】`.
enum CitationMarkers {
    /// A marker such as `[1-3]` names at most this many numbers beyond its first.
    private static let longestRange = 20
    /// A bracket that is not closed within this many scalars is no marker.
    private static let longest = 256

    static func opens(_ scalar: Unicode.Scalar) -> Bool { scalar == "[" || scalar == "【" }

    /// What closes a marker that begins like this.
    static func closing(_ held: [Unicode.Scalar]) -> Unicode.Scalar { held[0] == "[" ? "]" : "】" }

    static func mayStand(_ scalar: Unicode.Scalar, in held: [Unicode.Scalar]) -> Bool {
        guard held.count < longest else { return false }
        if held[0] == "【", scalar == "†" || held.contains("†") { return scalar != "\n" }
        var inside = held.dropFirst()
        inside.append(scalar)
        return Reading(inside).mayBeMarker
    }

    /// What stands in a marker's brackets, or begins to: `^`, the word `source`, numbers, a page of the source.
    private struct Reading {
        private(set) var mayBeMarker = true
        private(set) var numbers = ""

        init(_ scalars: ArraySlice<Unicode.Scalar>) {
            var rest = scalars.drop(while: Self.isSpace)
            if rest.first == "^" { rest = rest.dropFirst() }
            let letters = rest.prefix(while: \.properties.isAlphabetic)
            let word = String(scalars: letters).lowercased()
            rest = rest.dropFirst(letters.count)
            let isSource = CitationMarkers.sources.contains { rest.isEmpty ? $0.hasPrefix(word) : $0 == word }
            guard word.isEmpty || isSource else {
                mayBeMarker = false
                return
            }
            if !word.isEmpty, rest.first == ":" || rest.first == "." || rest.first == "#" { rest = rest.dropFirst() }
            rest = rest.drop(while: Self.isSpace)
            let listed = rest.prefix { CitationMarkers.digit($0) != nil || Self.isSpace($0) || ",;-–".unicodeScalars.contains($0) }
            numbers = String(scalars: listed.map { CitationMarkers.digit($0) ?? (Self.isSpace($0) ? " " : $0) }[...])
            rest = rest.dropFirst(listed.count)
            guard !rest.isEmpty else { return }
            let page = rest.prefix(while: \.properties.isAlphabetic)
            let places = rest.dropFirst(page.count)
            let name = String(scalars: page).lowercased()
            let isPage = places.isEmpty ? CitationMarkers.pages.contains { $0.hasPrefix(name) } : CitationMarkers.pages.contains(name)
            mayBeMarker =
                !numbers.isEmpty && !name.isEmpty && isPage
                && places.allSatisfy { Self.isSpace($0) || CitationMarkers.digit($0) != nil || ".-–".unicodeScalars.contains($0) }
            // `[5 pages]` names no source.
            if !places.contains(where: { CitationMarkers.digit($0) != nil }) { numbers = "" }
        }

        private static func isSpace(_ scalar: Unicode.Scalar) -> Bool { scalar == " " || scalar == "\n" || scalar == "\u{a0}" }
    }

    private static let sources = ["source", "sources", "src", "ref"]
    private static let pages = ["p", "pp", "page", "pages", "s"]

    /// Of any script's width: `９`, too.
    private static func digit(_ scalar: Unicode.Scalar) -> Unicode.Scalar? {
        switch scalar {
        case "0"..."9": scalar
        case "０"..."９": Unicode.Scalar(scalar.value - 0xff10 + 0x30)
        default: nil
        }
    }

    /// What stands between the brackets of a marker that begins here, if one does.
    static func marker(in scalars: [Unicode.Scalar], at start: Int) -> Range<Int>? {
        guard opens(scalars[start]) else { return nil }
        var held = [scalars[start]]
        for index in scalars.indices.dropFirst(start + 1) {
            if scalars[index] == closing(held) { return numbers(held).isEmpty ? nil : start + 1..<index }
            guard mayStand(scalars[index], in: held) else { return nil }
            held.append(scalars[index])
        }
        return nil
    }

    /// The numbers of a marker without its closing bracket; those that are too large to be any are `Int.max`.
    static func numbers(_ held: [Unicode.Scalar]) -> [Int] {
        let reading = Reading(held.dropFirst().prefix { $0 != "†" })
        return reading.numbers.split(whereSeparator: { ",; ".contains($0) }).flatMap { part -> [Int] in
            let ends = part.split(whereSeparator: { "-–".contains($0) }).map { Int($0) ?? .max }
            guard ends.count == 2, ends[0] < ends[1], ends[1] - ends[0] <= longestRange else { return ends }
            return Array(ends[0]...ends[1])
        }
    }
}

/// What a sentence of an answer says, without what only points or adorns.
enum ClaimText {
    private static let terminators: Set<Unicode.Scalar> = [".", "!", "?", "…", "。", "！", "？"]
    private static let markup: Set<Unicode.Scalar> = ["*", "`", "#", "|", ">"]

    /// Ends in one way, whether its end was written yet or not, so that what is looked at before and after it is one text.
    static func text(_ sentence: some Sequence<Unicode.Scalar>) -> String {
        var scalars = sentence.map { markup.contains($0) ? " " : $0 }[...]
        while let first = scalars.first, first.properties.isWhitespace || first == "-" || first == "•" { scalars.removeFirst() }
        let number = scalars.prefix { "0"..."9" ~= $0 }
        // An item's number is no part of what the item says.
        if (1...3).contains(number.count), scalars.dropFirst(number.count).first.map({ $0 == "." || $0 == ")" }) == true,
            scalars.dropFirst(number.count + 1).first?.properties.isWhitespace == true
        {
            scalars = scalars.dropFirst(number.count + 1).drop { $0.properties.isWhitespace }
        }
        var end: [Unicode.Scalar] = []
        while let last = scalars.last, last.properties.isWhitespace || terminators.contains(last) {
            if terminators.contains(last) { end.append(last) }
            scalars.removeLast()
        }
        guard !scalars.isEmpty else { return "" }
        return String(scalars: scalars) + String(scalars: end.isEmpty ? ["."] : ArraySlice(end.reversed()))
    }
}
