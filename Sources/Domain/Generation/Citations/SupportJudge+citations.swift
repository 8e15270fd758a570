import Conversation

/// What becomes of an author's markers, and of sentences without one.
extension SupportJudge {
    /// A citation is moved only to a source that supports the sentence better by this much: 0.1 of what was measured.
    private static let repairMargin = 0.14
    /// A source that supports this much is kept, whatever others do.
    private static let beyondDoubt = 0.72
    /// Claims of fewer terms are too short to move a citation for.
    private static let leastTerms = 3

    /// The number to show where an author wrote this one; nil where there is none.
    mutating func shownNumber(for cited: Int, _ claim: Claim) throws(Awaiting) -> Int? {
        let exists = sources.indices.contains(cited - 1)
        if exists, claim.terms.count < Self.leastTerms { return cited }
        let own = exists ? try support(of: claim, bySource: cited - 1)?.score ?? 0 : 0
        if own >= Self.beyondDoubt { return cited }
        // Sources on one topic all support a sentence somewhat: which of them says it shows beside the others.
        let best = own >= Self.enough ? try rival(of: cited - 1, for: claim) : try best(for: claim, except: exists ? cited - 1 : nil)
        if let best, best.support.score >= max(Self.enough, own + Self.repairMargin) { return best.source + 1 }
        return exists ? cited : nil
    }

    /// - Parameter shown: the number that stands in the answer.
    mutating func citation(_ cited: Int, shown: Int?, _ claim: Claim, _ sentence: Range<Int>) throws(Awaiting) -> Citation {
        guard let shown, let support = try support(of: claim, bySource: shown - 1) else {
            return Citation(
                number: shown, citedNumber: cited, start: sentence.lowerBound, end: sentence.upperBound, status: .unverified,
                support: 0, quote: nil)
        }
        let holds = support.score >= Self.enough
        return Citation(
            number: shown, citedNumber: cited, start: sentence.lowerBound, end: sentence.upperBound,
            status: !holds ? .unverified : shown == cited ? .verified : .repaired, support: rounded(support.score),
            quote: sources[shown - 1].quote(support.range))
    }

    /// A sentence that names no source is given the one that supports it, or none.
    mutating func attribution(_ claim: Claim, _ sentence: Range<Int>) throws(Awaiting) -> Citation {
        let best = try best(for: claim)
        let holds = best.map { $0.support.score >= Self.enough } ?? false
        return Citation(
            number: holds ? best.map { $0.source + 1 } : nil, citedNumber: nil, start: sentence.lowerBound, end: sentence.upperBound,
            status: holds ? .verified : .unverified, support: rounded(best?.support.score ?? 0),
            quote: holds ? best.map { sources[$0.source].quote($0.support.range) } : nil)
    }

    private func rounded(_ score: Double) -> Double { (score * 1000).rounded() / 1000 }
}
