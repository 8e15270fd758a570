import Conversation
import Retrieval
import SearchIndex

/// Says how well sources support claims: by what their words mean where that is known, by the words themselves where it is not. Asks for
/// what it needs to know by throwing; the question is put again once that was supplied.
struct SupportJudge {
    typealias Claim = SupportScorer.Claim
    typealias Support = SupportScorer.Support

    struct Awaiting: Error {
        let need: CitationEvidence.Need
    }

    /// From here on a citation holds. Both ways of scoring are brought to this scale.
    static let enough = 0.5
    /// What exceeds these is judged by its words alone: sentences and words of a source, words of all sources that are kept, words of a
    /// claim, and claims of an answer. Of a sentence whose markers stand within it, so many claims are kept at once.
    static let limits = (sentences: 200, sourceWords: 1_000, words: 5_000, claimWords: 150, claims: 2_000, claimsAtOnce: 8)
    /// Sources that are read to find one for a claim, those that share most of its terms: where the cited one does not support it, and
    /// where none is cited.
    private static let candidates = (instead: 4, uncited: 2)

    private struct Pending {
        let claim: Claim
        let source: Int
    }

    private let scorer: SupportScorer
    let sources: [Source]
    /// What words mean may be asked for.
    private var asks: Bool
    private var passages: [Int: WordMatching.Passage] = [:]
    private var keptWords = 0
    private var claims: [String: WordMatching.Claim] = [:]
    private var claimCount = 0
    private var known: [String: [Int: Support]] = [:]
    private var pending: Pending?

    init(_ sources: [Source], asks: Bool) {
        scorer = SupportScorer(sources)
        self.sources = sources
        self.asks = asks
    }

    func claim(_ text: String) -> Claim { scorer.claim(text) }

    /// 0–1, and the sentence that gives it; nil where the source has no sentence. A claim whose every term stands in one sentence needs no
    /// more than its words.
    mutating func support(of claim: Claim, bySource index: Int) throws(Awaiting) -> Support? {
        guard let worded = scorer.support(of: claim, bySource: index) else { return nil }
        guard asks, worded.score < 1, isReadable(claim), isReadable(index) else { return worded }
        if let found = known[claim.text]?[index] { return found }
        guard let read = claims[claim.text], let passage = passages[index] else { throw ask(claim, index) }
        guard let best = WordMatching(claim: read, passage: passage).best() else { return worded }
        let support = Support(score: Self.shown(best.score), range: scorer.sentences(of: index)[best.sentence].range)
        known[claim.text, default: [:]][index] = support
        return support
    }

    /// The source that supports a claim best among those that have as many of its words as this one; nil where words alone are known.
    mutating func rival(of cited: Int, for claim: Claim) throws(Awaiting) -> (source: Int, support: Support)? {
        guard asks, let own = scorer.support(of: claim, bySource: cited) else { return nil }
        return try best(for: claim, except: cited, least: own.score)
    }

    /// The source that supports a claim best.
    /// - Parameter least: by its words alone.
    mutating func best(for claim: Claim, except cited: Int? = nil, least: Double = 0) throws(Awaiting) -> (source: Int, support: Support)? {
        var ranked: [(source: Int, support: Support)] = []
        for source in sources.indices where source != cited {
            if let support = scorer.support(of: claim, bySource: source), support.score >= least { ranked.append((source, support)) }
        }
        ranked.sort { ($0.support.score, $1.source) > ($1.support.score, $0.source) }
        guard asks, let first = ranked.first, first.support.score < 1 else { return ranked.first }
        var best: (source: Int, support: Support)?
        let candidates = cited == nil ? Self.candidates.uncited : Self.candidates.instead
        for candidate in ranked.prefix(candidates) where candidate.support.score > 0 {
            guard let support = try support(of: claim, bySource: candidate.source) else { continue }
            if support.score > best?.support.score ?? -1 { best = (candidate.source, support) }
        }
        return best ?? first
    }

    /// Both thresholds come to stand at `enough`: below and above it the scale is stretched.
    static func shown(_ score: Double) -> Double {
        let threshold = WordMatching.threshold
        return score < threshold ? enough * score / threshold : enough + (1 - enough) * (score - threshold) / (1 - threshold)
    }

    // MARK: Evidence

    private func isReadable(_ claim: Claim) -> Bool {
        !claim.terms.isEmpty && claim.wordCount <= Self.limits.claimWords && (claims[claim.text] != nil || claimCount < Self.limits.claims)
    }

    private func isReadable(_ index: Int) -> Bool {
        if passages[index] != nil { return true }
        let sentences = scorer.sentences(of: index)
        let words = sentences.reduce(0) { $0 + $1.claim.wordCount }
        return sentences.count <= Self.limits.sentences && words <= Self.limits.sourceWords && keptWords + words <= Self.limits.words
    }

    private mutating func ask(_ claim: Claim, _ index: Int) -> Awaiting {
        pending = Pending(claim: claim, source: index)
        var texts: [String] = claims[claim.text] == nil ? [claim.text] : []
        if passages[index] == nil { texts += scorer.sentences(of: index).map(\.claim.text) + [sources[index].title] }
        var seen: Set<String> = []
        let terms = claims[claim.text] == nil ? claim.terms.sorted() : []
        return Awaiting(need: CitationEvidence.Need(texts: texts.filter { !$0.isEmpty && seen.insert($0).inserted }, terms: terms))
    }

    /// What was asked for; where some of it is missing, words alone decide from now on.
    mutating func supply(_ evidence: CitationEvidence) {
        guard let pending else { return }
        self.pending = nil
        if claims[pending.claim.text] == nil {
            guard let read = evidence.vectors[pending.claim.text] else { return stopAsking() }
            if claims.count >= Self.limits.claimsAtOnce { forgetClaims() }
            let wording = Wording(pending.claim.text, scorer.analyzer)
            claims[pending.claim.text] = WordMatching.Claim(read, weights: evidence.weights, wording: wording, scorer.analyzer)
            claimCount += 1
        }
        if passages[pending.source] == nil {
            guard let passage = passage(pending.source, evidence.vectors) else { return stopAsking() }
            passages[pending.source] = passage
            keptWords += passage.wordCount
        }
    }

    private func passage(_ index: Int, _ vectors: [String: WordVectors]) -> WordMatching.Passage? {
        let texts = scorer.sentences(of: index).map(\.claim.text)
        let sentences = texts.compactMap { vectors[$0]?.vectors }
        let title = vectors[sources[index].title]?.vectors
        guard sentences.count == texts.count, title != nil || sources[index].title.isEmpty else { return nil }
        return WordMatching.Passage(
            sentences: sentences, title: title, wordings: texts.map { Wording($0, scorer.analyzer) },
            titleRuns: Wording(sources[index].title, scorer.analyzer).figures.runs,
            isOfRecords: Sentences.areRecords(sources[index].content))
    }

    mutating func stopAsking() {
        asks = false
        (passages, claims, known, pending) = ([:], [:], [:], nil)
    }

    /// The claims so far are not asked about again.
    mutating func forgetClaims() { (claims, known) = ([:], [:]) }
}
