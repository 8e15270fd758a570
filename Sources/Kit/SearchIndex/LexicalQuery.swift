/// Words weighed by what they tell in the partitions that are searched; ready to find passages, and to score those found otherwise. It
/// sees the partitions as they were when it was made.
public struct LexicalQuery: Sendable {
    let views: [SegmentView]
    let statistics: LexicalStatistics
    /// Of each view, the lists of the terms that it has, heaviest first.
    let lists: [[WeighedList]]
    private let scratch: ScratchPool

    struct WeighedList {
        let place: Int
        let weight: Float
    }

    init(terms: [QueryTerm], views: [SegmentView], scratch: ScratchPool) {
        self.views = views
        self.scratch = scratch
        let statistics = LexicalStatistics(terms: terms, views: views)
        self.statistics = statistics
        lists = views.map { view in
            statistics.terms.compactMap { term in
                term.number.flatMap(view.segment.place).map { WeighedList(place: $0, weight: term.weight) }
            }
        }
    }

    /// The score that no passage exceeds: every term, as often as one likes. Scores divided by it are comparable between queries.
    public var ideal: Double { Double(statistics.totalWeight * (BM25.k1 + 1)) }

    /// The terms, each with what it weighs.
    public var weights: [String: Float] { Dictionary(uniqueKeysWithValues: statistics.terms.map { ($0.text, $0.weight) }) }

    /// The best passages, best first; of those with equal scores the one with the lower key.
    /// - Parameter documents: the only documents that are looked at; nil for all.
    public func best(_ limit: Int, documents: Set<Int64>? = nil) -> [LexicalHit] {
        guard !statistics.terms.isEmpty, limit > 0 else { return [] }
        var best = SmallestFirst(capacity: limit, of: SegmentSearch.Place.self)
        scratch.with { scratch in
            for view in views.indices {
                var search = SegmentSearch(self, view: view, documents: documents, limit: limit, scratch: scratch)
                search.run(&best)
            }
        }
        return best.descending.map(hit)
    }

    /// What `best` would say of these passages; 0 where a passage holds no term or is not there.
    public func scores(of passages: [(document: Int64, key: Int64)]) -> [Double] {
        let curve = BM25.Curve(averageLength: statistics.averageLength)
        var scores = [Double](repeating: 0, count: passages.count)
        for (view, lists) in zip(views, lists) {
            for (index, passage) in passages.enumerated() {
                guard let slots = view.liveSlots(of: passage.document), let slot = view.segment.slot(of: passage.key, in: slots) else { continue }
                var score: Float = 0
                for list in lists {
                    guard let posting = view.segment.posting(list.place, slot: UInt16(slot)) else { continue }
                    let share = curve.share(view.segment.frequency(at: posting), length: view.segment.lengths[slot])
                    score += list.weight * (BM25.k1 + 1) * share
                }
                scores[index] = Double(score)
            }
        }
        return scores
    }

    private func hit(_ item: SmallestFirst<SegmentSearch.Place>.Item) -> LexicalHit {
        let segment = views[item.place.view].segment
        var covered: Float = 0
        var matched = 0
        for list in lists[item.place.view] where segment.posting(list.place, slot: UInt16(item.place.slot)) != nil {
            covered += list.weight
            matched += 1
        }
        return LexicalHit(
            key: item.key, document: segment.document(of: item.place.slot), score: Double(item.score),
            coverage: Double(covered / max(statistics.totalWeight, .leastNonzeroMagnitude)),
            knownCoverage: Double(covered / max(statistics.knownWeight, .leastNonzeroMagnitude)), matchedTerms: matched)
    }
}
