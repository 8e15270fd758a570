import Retrieval
import SearchIndex

/// How a text says what it says: its figures, its negations, and whether it tells what was done or sought rather than a fact.
struct Wording {
    private struct Clause {
        let terms: Set<String>
        let isNegated: Bool
    }

    let figures: Figures
    let statesPurpose: Bool
    let terms: Set<String>
    let specifics: Specifics
    private let isNegated: Bool
    private let clauses: [Clause]

    init(_ text: String, _ analyzer: Analyzer) {
        let words = analyzer.words(text)
        figures = Figures(text, words: words)
        statesPurpose = PurposeWords.stand(in: words) || text.last == "?"
        let terms = analyzer.terms(text)
        self.terms = Set(terms)
        specifics = Specifics(words: words, terms: terms, figures: figures)
        isNegated = Negations.negate(words, in: text)
        clauses = Self.clauses(of: text).map { Clause(terms: Set(analyzer.terms($0)), isNegated: Negations.negate(analyzer.words($0), in: $0)) }
    }

    /// Whether one says no where the other does not. Of the sentence only clauses count that speak of what the claim speaks of: "memory,
    /// but not naive, cells" does not deny the memory.
    func isOpposed(to sentence: Wording) -> Bool {
        let denied = sentence.clauses.count { $0.isNegated && !$0.terms.isDisjoint(with: terms) }
        return isNegated != (denied % 2 == 1)
    }

    /// Cut at commas, colons and semicolons before white space, at brackets, and before "but".
    private static func clauses(of text: String) -> [String] {
        let scalars = Array(text.unicodeScalars)
        let but = Array("but".unicodeScalars)
        func isSpace(_ place: Int) -> Bool { scalars.indices.contains(place) && scalars[place].properties.isWhitespace }
        func isCut(_ place: Int) -> Bool {
            switch scalars[place] {
            case "(", ")": true
            case ",", ";", ":": isSpace(place + 1)
            default: isSpace(place) && scalars[(place + 1)...].starts(with: but) && isSpace(place + 1 + but.count)
            }
        }
        var clauses: [String] = []
        var start = 0
        for place in scalars.indices where isCut(place) {
            clauses.append(String(scalars: scalars[start..<place]))
            start = place + 1
        }
        return clauses + [String(scalars: scalars[start...])]
    }
}

/// Words of sentences that state a purpose, a question or a procedure: those name a claim's words, and other sentences tell what was found.
private enum PurposeWords {
    private static let alone: Set<String> = [
        "aim", "aims", "aimed", "objective", "objectives", "purpose", "goal", "goals", "sought", "whether", "unknown", "unclear", "uncertain",
    ]
    private static let phrases = ["not known", "not understood", "not well understood", "not fully understood", "remain to be", "remains to be"]
        .map { $0.split(separator: " ").map(String.init) }
    private static let toDo: Set<String> = [
        "determine", "investigate", "examine", "assess", "evaluate", "test", "explore", "study", "identify", "estimate", "describe",
        "understand", "measure", "summarise", "summarize", "clarify", "compare",
    ]
    private static let who: Set<String> = ["we", "i", "they", "author", "authors"]
    private static let did: Set<String> = [
        "investigate", "investigated", "examine", "examined", "assess", "assessed", "studied", "study", "tested", "test", "evaluate", "evaluated",
        "compare", "compared", "explore", "explored", "analyze", "analyzed", "analyse", "analysed", "measure", "measured", "performed",
        "conducted", "used", "asked", "review", "reviewed", "describe", "searched", "included", "recruited", "enrolled", "sought", "aimed",
    ]

    static func stand(in words: [String]) -> Bool {
        for (place, word) in words.enumerated() {
            if alone.contains(word) || word.hasPrefix("hypothes") && word.count > "hypothes".count { return true }
            if phrases.contains(where: { words[place...].starts(with: $0) }) { return true }
            guard place + 1 < words.count else { continue }
            let next = words[place + 1]
            if word == "to", toDo.contains(next) { return true }
            guard who.contains(word) else { continue }
            if did.contains(next) || next == "have" && place + 2 < words.count && did.contains(words[place + 2]) { return true }
        }
        return false
    }
}
