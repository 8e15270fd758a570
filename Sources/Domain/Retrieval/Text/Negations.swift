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

    /// Whether they turn the claim round an odd number of times.
    package static func negate(_ words: [String]) -> Bool { !count(in: words).isMultiple(of: 2) }
}
