import Conversation
import Retrieval
import SearchIndex

/// Judges how well sources support sentences: by the share of a sentence's terms that stand in one sentence of the source, with
/// numbers and negations counted apart, since a claim with another number or the opposite sense is another claim.
final class SupportScorer {
    /// What a sentence says, for comparison.
    struct Claim {
        let text: String
        let wordCount: Int
        let terms: Set<String>
        let figures: Figures
        let isNegated: Bool
        let specifics: Specifics
    }

    struct Support {
        let score: Double
        /// The best sentence of the source, in scalars of the source's content.
        let range: Range<Int>
    }

    struct Sentence {
        let range: Range<Int>
        let claim: Claim
    }

    /// Share of the score that neighbouring sentences of the passage can give.
    private static let passageShare = 0.25
    /// Both penalties leave a sentence that agrees in every other word below what is enough for a citation to hold.
    private static let numberPenalty = 0.5
    private static let negationPenalty = 0.45
    /// From this share of the claim's terms on a sentence says nearly the same, or another thing by its specifics.
    private static let nearForSpecifics = 0.6

    let analyzer = Analyzer()
    private let sources: [(sentences: [Sentence], all: Claim)]

    init(_ sources: [Source]) {
        let analyzer = analyzer
        self.sources = sources.map { source in
            let scalars = Array(source.content.unicodeScalars)
            let sentences = Sentences.statements(in: scalars).map { range in
                Sentence(range: range, claim: Self.claim(String(scalars: scalars[range]), analyzer))
            }
            return (sentences, Self.claim(source.content, analyzer))
        }
    }

    func claim(_ text: String) -> Claim { Self.claim(text, analyzer) }

    func sentences(of index: Int) -> [Sentence] { sources[index].sentences }

    /// 0–1, and the sentence that gives it; nil where the source has no sentence.
    func support(of claim: Claim, bySource index: Int) -> Support? {
        let source = sources[index]
        guard !claim.terms.isEmpty else { return source.sentences.first.map { Support(score: 0, range: $0.range) } }
        let whole = Self.overlap(claim.terms, source.all.terms)
        var best: Support?
        let lacksNumber = claim.figures.areMissing(from: source.all.figures)
        for sentence in source.sentences {
            let shared = Self.overlap(claim.terms, sentence.claim.terms)
            var score = (1 - Self.passageShare) * shared + Self.passageShare * whole
            if lacksNumber { score *= Self.numberPenalty }
            if claim.isNegated != sentence.claim.isNegated { score *= Self.negationPenalty }
            if shared >= Self.nearForSpecifics, claim.specifics.exclude(sentence.claim.specifics) { score *= Self.negationPenalty }
            if score > best?.score ?? -1 { best = Support(score: score, range: sentence.range) }
        }
        return best
    }

    private static func claim(_ text: String, _ analyzer: Analyzer) -> Claim {
        let (words, terms) = (analyzer.words(text), analyzer.terms(text))
        let figures = Figures(text, words: words)
        return Claim(
            text: text, wordCount: words.count, terms: Set(terms), figures: figures, isNegated: Negations.negate(words, in: text),
            specifics: Specifics(words: words, terms: terms, figures: figures))
    }

    private static func overlap(_ claim: Set<String>, _ evidence: Set<String>) -> Double {
        Double(claim.count { evidence.contains($0) }) / Double(claim.count)
    }
}
