import SearchIndex

/// What is searched for: the words that were said last, and what they lean on.
///
/// "Yes, the second one please" finds nothing by itself. So the turn before it and the first of the conversation are mixed in, the more the
/// less the last one can stand alone. No other turn is: measured, they do not help (Docs/retrieval.md).
package struct SearchQuestion: Sendable, Hashable {
    /// The weight of what was said before beside that of the last turn, for a turn that needs half of it.
    private static let earlierWeight = 0.2
    private static let pronouns: Set<String> = [
        "it", "its", "they", "them", "their", "theirs", "this", "that", "these", "those", "he", "him", "his", "she", "hers", "one", "ones",
        "there", "here", "such", "same", "other", "others", "another", "else",
    ]
    private static let links: Set<String> = ["and", "but", "or", "so", "then", "also"]

    package let text: String
    /// What was said before, each text once.
    let earlier: [String]
    /// What each earlier text weighs beside this one's 1.
    let weight: Double
    /// The last two turns, by which it is told whether there is evidence.
    let evidenceText: String
    /// What is leaned on is what a model takes the text to mean.
    private let isRewritten: Bool

    /// What a model takes the turn to mean is leaned on instead of what was said: half as much as on the turn itself, since it may err.
    private static let rewrittenWeight = 0.5

    /// - Parameters:
    ///   - earlier: what the same person said before, oldest first.
    ///   - rewritten: what a model takes the text to mean.
    package init(_ text: String, after earlier: [String] = [], rewritten: String? = nil) {
        self.text = text
        if let rewritten {
            self.earlier = [rewritten]
            weight = Self.rewrittenWeight
            isRewritten = true
            evidenceText = rewritten
            return
        }
        var leaned: [String] = []
        for turn in [earlier.last, earlier.first].compactMap(\.self) where !leaned.contains(turn) && turn != text { leaned.append(turn) }
        self.earlier = leaned
        weight = Self.earlierWeight * (0.5 + Self.need(text))
        isRewritten = false
        evidenceText = earlier.last.map { "\($0)\n\(text)" } ?? text
    }

    /// What was asked before, where the turn means nothing without it: it can be answered where that could.
    var meant: String? { isRewritten || Self.need(text) < 1 ? nil : earlier.first }

    /// Whether a turn says too little to be understood alone.
    package static func leans(_ text: String) -> Bool { need(text) >= 0.5 }

    /// How much a turn leans on others, 0–1: it points at something, says little, or goes on with what was said.
    static func need(_ text: String) -> Double {
        let analyzer = Analyzer()
        let words = analyzer.words(text)
        var need = words.contains(where: pronouns.contains) ? 0.5 : 0
        switch Set(words.filter { !Analyzer.isStopWord($0) }).count {
        case 0...2: need += 0.5
        case 3...4: need += 0.25
        default: break
        }
        if let first = words.first, links.contains(first) { need += 0.25 }
        return min(1, need)
    }

    /// Each question of a text that asks several at once; of a long text also its beginning and its end, for somewhere in what was pasted
    /// the question stands, and mostly there; else the text alone.
    package func parts() -> [SearchQuestion] {
        let scalars = Array(text.unicodeScalars)
        guard scalars.count <= Self.longText else {
            let ends = [scalars.prefix(Self.endLength), scalars.suffix(Self.endLength)]
            return [self] + ends.map { SearchQuestion(end: String(scalars: $0), of: self) }
        }
        let analyzer = Analyzer()
        let sentences = Sentences.ranges(in: scalars).flatMap { range -> [(text: String, asks: Bool)] in
            let sentence = String(scalars: scalars[range])
            guard sentence.last == "?" else { return [(sentence, false)] }
            return Self.clauses(of: sentence, analyzer).map { ($0, analyzer.terms($0).count >= Self.leastPartTerms) }
        }
        guard (2...Self.partLimit).contains(sentences.count(where: \.asks)) else { return [self] }
        // What is told beside the questions belongs to each, and one that points at something means the question before it, too.
        let told = sentences.filter { !$0.asks && analyzer.terms($0.text).count >= Self.leastPartTerms }.map(\.text).joined(separator: " ")
        var before: String?
        var parts: [SearchQuestion] = []
        for sentence in sentences.filter(\.asks).map(\.text) {
            let context = [Self.leans(sentence) ? before : nil, told.isEmpty ? nil : told].compactMap(\.self)
            parts.append(SearchQuestion(part: sentence, of: self, context: context))
            before = sentence
        }
        return parts
    }

    private static let askingWords: Set<String> = ["what", "how", "who", "when", "where", "which", "why", "whose"]

    /// What is asked one after the other in a sentence: "What does it cost, how long does it take, and who made it?"
    private static func clauses(of question: String, _ analyzer: Analyzer) -> [String] {
        var clauses: [[Substring]] = [[]]
        for word in question.split(whereSeparator: \.isWhitespace) {
            if askingWords.contains(word.lowercased()), let before = clauses[clauses.count - 1].last, before == "and" || before.hasSuffix(",") {
                if before == "and" { clauses[clauses.count - 1].removeLast() }
                clauses.append([])
            }
            clauses[clauses.count - 1].append(word)
        }
        let texts = clauses.map { $0.joined(separator: " ") }
        guard let first = clauses[0].first, askingWords.contains(first.lowercased()) else { return [question] }
        return texts.allSatisfy { analyzer.terms($0).count >= leastPartTerms } ? texts : [question]
    }

    /// Unicode scalars: about what a model reads at once, and what a question takes.
    private static let longText = 800
    private static let endLength = 400
    private static let leastPartTerms = 2
    private static let partLimit = 4

    private init(part: String, of whole: SearchQuestion, context: [String]) {
        text = part
        earlier = whole.earlier + context.filter { !whole.earlier.contains($0) }
        weight = max(whole.isRewritten ? whole.weight : 0, Self.earlierWeight * (0.5 + Self.need(part)))
        isRewritten = whole.isRewritten
        evidenceText = whole.earlier.isEmpty ? (context + [part]).joined(separator: "\n") : whole.evidenceText
    }

    private init(end: String, of whole: SearchQuestion) {
        text = end
        earlier = whole.earlier
        weight = whole.weight
        isRewritten = whole.isRewritten
        evidenceText = end
    }

    // MARK: What the indexes take

    /// All texts whose vectors are asked for.
    var texts: [String] { Array(Set([text, evidenceText] + earlier)) }

    /// The words that are searched for, each with how much it counts.
    func terms(_ terms: (String) -> [String: Float]) -> [String: Float] {
        var result = terms(text)
        for turn in earlier {
            for term in terms(turn).keys { result[term] = max(result[term] ?? 0, Float(weight)) }
        }
        return result
    }
}
