/// Makes one segment of several: their live passages behind each other.
struct SegmentMerge {
    private let views: [SegmentView]
    /// Of each view's slots, the new one; −1 where it is removed.
    private let moved: [[Int32]]

    init(_ views: [SegmentView]) {
        self.views = views
        var next: Int32 = 0
        moved = views.map { view in
            (0..<view.segment.slotCount).map { slot in
                guard view.isLive(slot) else { return -1 }
                next += 1
                return next - 1
            }
        }
    }

    /// Nil where nothing is live.
    func segment() -> LexicalSegment? {
        let slots = views.reduce(0) { $0 + $1.liveSlots }
        guard slots > 0 else { return nil }
        var terms = 0
        var postings = 0
        forEachTerm { _, places in
            let live = places.reduce(0) { $0 + views[$1.view].holding($1.place) }
            if live > 0 { terms += 1 }
            postings += live
        }
        let segment = LexicalSegment(slots: slots, terms: terms, postings: postings)
        copySlots(to: segment)
        copyPostings(to: segment)
        segment.finish()
        return segment
    }

    /// Goes through the terms by rising number, each with where it stands in which views.
    private func forEachTerm(_ body: (_ term: UInt32, _ places: [(view: Int, place: Int)]) -> Void) {
        var next = [Int](repeating: 0, count: views.count)
        var places: [(view: Int, place: Int)] = []
        while true {
            var lowest: UInt32?
            for (view, place) in next.enumerated() where place < views[view].segment.termCount {
                lowest = min(lowest ?? .max, views[view].segment.terms[place])
            }
            guard let lowest else { return }
            places.removeAll(keepingCapacity: true)
            for view in views.indices where next[view] < views[view].segment.termCount && views[view].segment.terms[next[view]] == lowest {
                places.append((view, next[view]))
                next[view] += 1
            }
            body(lowest, places)
        }
    }

    private func copySlots(to segment: LexicalSegment) {
        for (view, moved) in zip(views, moved) {
            view.forEachDocument { number, slots in
                segment.appendDocument(number, firstSlot: Int(moved[slots.lowerBound]))
                for slot in slots {
                    segment.keys[Int(moved[slot])] = view.segment.keys[slot]
                    segment.lengths[Int(moved[slot])] = view.segment.lengths[slot]
                }
            }
        }
    }

    private func copyPostings(to segment: LexicalSegment) {
        var term = 0
        var next = 0
        forEachTerm { number, places in
            let first = next
            for (view, place) in places {
                let source = views[view].segment
                moved[view].withUnsafeBufferPointer { moved in
                    for posting in source.postings(place) {
                        let slot = moved[Int(source.slots[posting])]
                        guard slot >= 0 else { continue }
                        segment.slots[next] = UInt16(truncatingIfNeeded: slot)
                        segment.frequencies[next] = source.frequencies[posting]
                        if source.frequencies[posting] == LexicalSegment.highFrequency {
                            segment.highFrequencies[UInt32(next)] = source.highFrequencies[UInt32(posting)]
                        }
                        next += 1
                    }
                }
            }
            guard next > first else { return }
            segment.terms[term] = number
            segment.starts[term] = UInt32(first)
            term += 1
        }
        segment.starts[term] = UInt32(next)
    }
}
