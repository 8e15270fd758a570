/// A search of one segment, term at a time, heaviest term first. Once what the remaining terms can add is less than the weakest of the
/// best scores so far, no new passage can enter, and the remaining (longest) lists are only looked up for passages in the race.
struct SegmentSearch {
    /// A list that is so many times longer than the passages in the race is looked up, not gone through.
    private static let lookupRatio = 8

    struct Place {
        let view: Int
        let slot: Int
    }

    private struct List {
        let place: Int
        /// The weight, times k1 + 1.
        let factor: Float
        /// The most that this term and those after it can add.
        let remaining: Float
    }

    private let view: SegmentView
    private let viewIndex: Int
    private let segment: LexicalSegment
    private let curve: BM25.Curve
    private let limit: Int
    private let scratch: SearchScratch
    private let isFiltered: Bool
    private var lists: [List] = []
    private var touched = 0

    init(_ query: LexicalQuery, view index: Int, documents: Set<Int64>?, limit: Int, scratch: SearchScratch) {
        view = query.views[index]
        viewIndex = index
        segment = view.segment
        curve = BM25.Curve(averageLength: query.statistics.averageLength)
        self.limit = limit
        self.scratch = scratch
        isFiltered = documents != nil || view.removedSlots > 0
        if isFiltered { allow(documents) }
        // With longer averages a passage counts as shorter, which is worth at most so much more.
        let stretch = max(1, query.statistics.averageLength / segment.averageLength)
        var remaining: Float = 0
        for list in query.lists[index].reversed() {
            let factor = list.weight * (BM25.k1 + 1)
            remaining += factor * min(1, Float(segment.ceilings[list.place]) / 255 * stretch)
            // Sums that are added in another order may differ in their last bits.
            lists.append(List(place: list.place, factor: factor, remaining: remaining * 1.0001))
        }
        lists.reverse()
    }

    /// Offers the best passages.
    mutating func run(_ best: inout SmallestFirst<Place>) {
        guard let all = lists.first?.remaining else { return }
        var isOpen = true
        for list in lists {
            var threshold = best.smallest
            // A passage of this segment has at most what the terms before this one could give.
            let mayClose = threshold <= list.remaining && touched >= limit && all - list.remaining > list.remaining
            if isOpen, mayClose { threshold = max(threshold, weakest()) }
            isOpen = isOpen && threshold <= list.remaining
            if isOpen {
                if isFiltered { accumulateAllowed(list) } else { accumulate(list) }
            } else {
                drop(below: max(threshold, touched > limit ? weakest() : -.infinity) - list.remaining)
                raise(list)
            }
        }
        for index in 0..<touched {
            let slot = Int(scratch.touched[index])
            let score = scratch.scores[slot]
            scratch.scores[slot] = 0
            if score >= best.smallest { best.offer(score, segment.keys[slot], Place(view: viewIndex, slot: slot)) }
        }
    }

    // MARK: What may be found

    private func allow(_ documents: Set<Int64>?) {
        let words = (segment.slotCount + 63) / 64
        guard let documents else {
            for word in 0..<words { scratch.allowed[word] = ~view.removed[word] }
            return
        }
        for word in 0..<words { scratch.allowed[word] = 0 }
        func allow(_ slots: Range<Int>) { for slot in slots { scratch.allowed[slot >> 6] |= 1 << UInt64(slot & 63) } }
        if documents.count < segment.documents.count {
            for document in documents { if let slots = view.liveSlots(of: document) { allow(slots) } }
        } else {
            view.forEachDocument { number, slots in if documents.contains(number) { allow(slots) } }
        }
    }

    // MARK: Terms

    private mutating func accumulate(_ list: List) {
        let (scores, touched, lengths) = (scratch.scores, scratch.touched, segment.lengths)
        var count = self.touched
        for posting in segment.postings(list.place) {
            let slot = Int(segment.slots[posting])
            let score = scores[slot]
            touched[count] = UInt16(truncatingIfNeeded: slot)
            count += score == 0 ? 1 : 0
            scores[slot] = score + list.factor * curve.share(segment.frequency(at: posting), length: lengths[slot])
        }
        self.touched = count
    }

    private mutating func accumulateAllowed(_ list: List) {
        let (scores, touched, lengths) = (scratch.scores, scratch.touched, segment.lengths)
        var count = self.touched
        for posting in segment.postings(list.place) {
            let slot = Int(segment.slots[posting])
            guard scratch.allowed[slot >> 6] >> UInt64(slot & 63) & 1 == 1 else { continue }
            touched[count] = UInt16(truncatingIfNeeded: slot)
            count += scores[slot] == 0 ? 1 : 0
            scores[slot] += list.factor * curve.share(segment.frequency(at: posting), length: lengths[slot])
        }
        self.touched = count
    }

    /// Adds a term's share to the passages that are in the race.
    private func raise(_ list: List) {
        let (scores, lengths) = (scratch.scores, segment.lengths)
        let postings = segment.postings(list.place)
        func add(_ posting: Int, _ slot: Int) {
            scores[slot] += list.factor * curve.share(segment.frequency(at: posting), length: lengths[slot])
        }
        if postings.count > Self.lookupRatio * touched {
            for index in 0..<touched {
                let slot = scratch.touched[index]
                if let posting = segment.posting(list.place, slot: slot) { add(posting, Int(slot)) }
            }
        } else {
            for posting in postings {
                let slot = Int(segment.slots[posting])
                if scores[slot] != 0 { add(posting, slot) }
            }
        }
    }

    /// Those that have less leave the race.
    private mutating func drop(below floor: Float) {
        var kept = 0
        for index in 0..<touched {
            let slot = scratch.touched[index]
            if scratch.scores[Int(slot)] >= floor {
                scratch.touched[kept] = slot
                kept += 1
            } else {
                scratch.scores[Int(slot)] = 0
            }
        }
        touched = kept
    }

    /// The weakest of the segment's best scores so far.
    private func weakest() -> Float {
        var heap = SmallestFirst(capacity: limit, of: Void.self)
        for index in 0..<touched {
            let score = scratch.scores[Int(scratch.touched[index])]
            if score > heap.smallest { heap.offer(score, 0, ()) }
        }
        return heap.smallest
    }
}
