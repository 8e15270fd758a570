/// A segment and which of its passages are removed, as a search sees it.
struct SegmentView: Sendable {
    let segment: LexicalSegment
    private(set) var liveSlots: Int
    /// Of what is not removed.
    private(set) var liveLength: Int
    /// A bit a slot; empty while nothing is removed.
    private(set) var removed: [UInt64] = []

    init(_ segment: LexicalSegment) {
        self.segment = segment
        liveSlots = segment.slotCount
        liveLength = segment.totalLength
    }

    var removedSlots: Int { segment.slotCount - liveSlots }

    @inline(__always)
    func isLive(_ slot: Int) -> Bool { removed.isEmpty || removed[slot >> 6] >> UInt64(slot & 63) & 1 == 0 }

    /// The slots of a document that is not removed.
    func liveSlots(of document: Int64) -> Range<Int>? {
        guard let slots = segment.slots(of: document), isLive(slots.lowerBound) else { return nil }
        return slots
    }

    mutating func remove(document: Int64) {
        guard let slots = liveSlots(of: document) else { return }
        if removed.isEmpty { removed = [UInt64](repeating: 0, count: (segment.slotCount + 63) / 64) }
        for slot in slots {
            removed[slot >> 6] |= 1 << UInt64(slot & 63)
            liveLength -= Int(segment.lengths[slot])
        }
        liveSlots -= slots.count
    }

    /// How many live passages hold the term at this place.
    func holding(_ place: Int) -> Int {
        let postings = segment.postings(place)
        guard !removed.isEmpty else { return postings.count }
        return removed.withUnsafeBufferPointer { removed in
            var count = 0
            for posting in postings {
                let slot = Int(segment.slots[posting])
                count += Int(~(removed[slot >> 6] >> UInt64(slot & 63)) & 1)
            }
            return count
        }
    }

    /// Live documents in the order of their slots.
    func forEachDocument(_ body: (_ number: Int64, _ slots: Range<Int>) -> Void) {
        for place in segment.documents.indices {
            let slots = segment.slots(at: place)
            if isLive(slots.lowerBound) { body(segment.documents[place], slots) }
        }
    }
}
