/// Words that turn a claim round.
package enum Negations {
    private static let words: Set<String> = [
        "no", "not", "never", "none", "neither", "nor", "without", "cannot", "lack", "lacks", "lacked", "lacking", "absence", "fail", "fails",
        "failed", "unable", "nothing", "nobody",
    ]

    /// - Parameter words: in lower case.
    package static func count(in words: [String]) -> Int { words.count { Self.words.contains($0) || $0.hasSuffix("n't") } }

    /// Whether they turn the claim round an odd number of times.
    package static func negate(_ words: [String]) -> Bool { !count(in: words).isMultiple(of: 2) }
}
