/// One partition: segments, the largest first. Small ones are merged as they come, so that there are few: a value, which a search keeps
/// as it was while the next one is made.
struct LexicalPartition: Sendable {
    /// A segment is made anew when more than this share of it is removed.
    private static let removedShare = 0.3
    /// Fewer removed passages than this are left in peace.
    private static let fewestRemoved = 64
    /// Segments are merged with the next larger one unless that has more passages than this many times theirs.
    private static let mergeRatio = 2

    private(set) var views: [SegmentView] = []

    var passageCount: Int { views.reduce(0) { $0 + $1.liveSlots } }

    func holds(document: Int64) -> Bool { views.contains { $0.liveSlots(of: document) != nil } }

    func documents(in number: Int64) -> [IndexedDocument] {
        var documents: [Int64: IndexedDocument] = [:]
        for view in views {
            view.forEachDocument { document, slots in
                let keys = UnsafeBufferPointer(start: view.segment.keys + slots.lowerBound, count: slots.count)
                documents[document, default: IndexedDocument(partition: number, document: document)].add(keys)
            }
        }
        return Array(documents.values)
    }

    mutating func remove(document: Int64) { for view in views.indices { views[view].remove(document: document) } }

    mutating func add(_ segments: [LexicalSegment]) { views += segments.map { SegmentView($0) } }

    /// Brings the segments in order after changes.
    mutating func tidy() {
        views.removeAll { $0.liveSlots == 0 }
        for view in views.indices where Self.isWorthSweeping(views[view]) {
            if let swept = SegmentMerge([views[view]]).segment() { views[view] = SegmentView(swept) }
        }
        views.sort { $0.liveSlots > $1.liveSlots }
        while let range = mergeable() {
            guard let merged = SegmentMerge(Array(views[range])).segment() else { return }
            views.replaceSubrange(range, with: [SegmentView(merged)])
            views.sort { $0.liveSlots > $1.liveSlots }
        }
    }

    private static func isWorthSweeping(_ view: SegmentView) -> Bool {
        view.removedSlots > fewestRemoved && Double(view.removedSlots) > removedShare * Double(view.segment.slotCount)
    }

    /// Neighbours that are of about one size, or smaller, and fit into one segment.
    private func mergeable() -> Range<Int>? {
        for last in views.indices.reversed().dropLast() {
            var total = views[last].liveSlots
            var first = last
            while first > 0, views[first - 1].liveSlots <= Self.mergeRatio * total, total + views[first - 1].liveSlots <= LexicalSegment.slotLimit {
                first -= 1
                total += views[first].liveSlots
            }
            if first < last, !repeatsADocument(first...last) { return first..<last + 1 }
        }
        return nil
    }

    /// The parts of a document that is too large for one segment stay apart.
    private func repeatsADocument(_ range: ClosedRange<Int>) -> Bool {
        var seen: Set<Int64> = []
        for view in views[range] {
            var repeats = false
            view.forEachDocument { number, _ in repeats = !seen.insert(number).inserted || repeats }
            if repeats { return true }
        }
        return false
    }
}
