/// A term of a query.
struct QueryTerm: Sendable {
    let text: String
    /// How much it counts, 1 for a word that is asked once.
    let count: Float
    /// Its number in the index; nil where the index does not know it.
    let number: UInt32?
}

/// What a search knows of the whole: the query's terms with their weights over all segments that are searched, heaviest first.
struct LexicalStatistics: Sendable {
    struct Term: Sendable {
        let text: String
        let weight: Float
        let number: UInt32?
    }

    let terms: [Term]
    let averageLength: Float
    let totalWeight: Float
    /// Of the terms that stand in any passage at all.
    let knownWeight: Float

    init(terms asked: [QueryTerm], views: [SegmentView]) {
        let passages = views.reduce(0) { $0 + $1.liveSlots }
        let length = views.reduce(0) { $0 + $1.liveLength }
        averageLength = max(1, Float(length) / Float(max(1, passages)))
        let weighed = asked.map { term in
            let holding = term.number.map { Self.holding($0, views) } ?? 0
            // A word that stands nowhere weighs as much as one that stands once: it says as much of what is asked.
            let weight = term.count * BM25.inverseFrequency(passages: passages, holding: max(1, holding))
            return (term: Term(text: term.text, weight: weight, number: term.number), isKnown: holding > 0)
        }.sorted { ($0.term.weight, $1.term.text) > ($1.term.weight, $0.term.text) }
        terms = weighed.map(\.term)
        totalWeight = terms.map(\.weight).reduce(0, +)
        knownWeight = weighed.filter(\.isKnown).map(\.term.weight).reduce(0, +)
    }

    private static func holding(_ term: UInt32, _ views: [SegmentView]) -> Int {
        views.reduce(0) { sum, view in sum + (view.segment.place(of: term).map(view.holding) ?? 0) }
    }
}
