import Synchronization

/// What a search of one segment writes into. Between searches all scores are 0.
final class SearchScratch: @unchecked Sendable {
    let scores: UnsafeMutablePointer<Float>
    /// Slots that have a score, or had one.
    let touched: UnsafeMutablePointer<UInt16>
    /// A bit a slot.
    let allowed: UnsafeMutablePointer<UInt64>

    init() {
        scores = .allocate(capacity: LexicalSegment.slotLimit)
        scores.initialize(repeating: 0, count: LexicalSegment.slotLimit)
        // One more, so that a slot may be written before it is known to be new.
        touched = .allocate(capacity: LexicalSegment.slotLimit + 1)
        allowed = .allocate(capacity: LexicalSegment.slotLimit / 64)
    }

    deinit {
        scores.deallocate()
        touched.deallocate()
        allowed.deallocate()
    }
}

/// As many as there were ever searches at once: each takes one and gives it back.
final class ScratchPool: Sendable {
    private let idle = Mutex<[SearchScratch]>([])

    func with<Result>(_ body: (SearchScratch) -> Result) -> Result {
        let scratch = idle.withLock { $0.popLast() } ?? SearchScratch()
        defer { idle.withLock { $0.append(scratch) } }
        return body(scratch)
    }
}
