/// Words that turn a claim round.
package enum Negations {
    private static let words: Set<String> = [
        "no", "not", "never", "none", "neither", "nor", "without", "cannot", "fail", "fails", "failed", "unable", "nothing", "nobody",
    ]
    /// These name a state as often as they deny one: a lack of iron is an iron deficiency.
    private static let absence: Set<String> = ["lack", "lacks", "lacked", "lacking", "absence"]

    /// - Parameters:
    ///   - words: in lower case.
    ///   - countsAbsence: also those that only may deny something.
    package static func count(in words: [String], countsAbsence: Bool = false) -> Int {
        words.count { Self.words.contains($0) || $0.hasSuffix("n't") || countsAbsence && absence.contains($0) }
    }

    /// Whether the words of a text turn its claim round an odd number of times. A `No` before it only answers: "No, it is not covered" says
    /// what "It is not covered" says.
    package static func negate(_ words: [String], in text: String) -> Bool {
        let turns = count(in: words) - (answersNo(text, firstWord: words.first) ? 1 : 0)
        return !turns.isMultiple(of: 2)
    }

    /// Whether a text begins with `No,` or the like, and is more than that. `No. 5` is a number.
    private static func answersNo(_ text: String, firstWord: String?) -> Bool {
        guard firstWord == "no" else { return false }
        let rest = text.unicodeScalars.drop { !$0.properties.isAlphabetic }.dropFirst(2).drop {
            $0.properties.isWhitespace || "\"'”’»*_".unicodeScalars.contains($0)
        }
        guard let mark = rest.first, ",.:;!–—".unicodeScalars.contains(mark) else { return false }
        return rest.dropFirst().first { !$0.properties.isWhitespace }?.properties.isAlphabetic == true
    }
}
