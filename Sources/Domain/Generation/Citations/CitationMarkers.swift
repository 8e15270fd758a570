import Retrieval

/// How markers are written: `[2]`, `[1, 2]`, `[1-3]`; some models write `【2】` and `【2†passage】`.
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
        return ("0"..."9").contains(scalar) || ",;-–".unicodeScalars.contains(scalar) || scalar == " " && held.count > 1
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
        let text = String(scalars: held.dropFirst().prefix { $0 != "†" })
        return text.split(whereSeparator: { ",; ".contains($0) }).flatMap { part -> [Int] in
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
        var end: [Unicode.Scalar] = []
        while let last = scalars.last, last.properties.isWhitespace || terminators.contains(last) {
            if terminators.contains(last) { end.append(last) }
            scalars.removeLast()
        }
        guard !scalars.isEmpty else { return "" }
        return String(scalars: scalars) + String(scalars: end.isEmpty ? ["."] : ArraySlice(end.reversed()))
    }
}
