import Synchronization

/// One partition: posting lists in memory. Removed passages are marked and swept out once they are many.
final class LexicalPartition: Sendable {
    /// Sweep when more than this share of the slots is dead.
    private static let sweepShare = 0.3
    /// Fewer dead slots than this are left in peace.
    private static let fewestDead = 64

    private struct Postings {
        /// Slots in rising order.
        var slots: [UInt32] = []
        var frequencies: [UInt16] = []
        var alive = 0
    }

    private struct State {
        var terms: [String: Int32] = [:]
        var postings: [Postings] = []
        var keys: [Int64] = []
        var lengths: [Float] = []
        var documentOfSlot: [Int64] = []
        var termsOfSlot: [[Int32]] = []
        var slotsOfDocument: [Int64: [UInt32]] = [:]
        var totalLength = 0
        var dead = 0
        /// One score a slot, zero between searches.
        var scores: [Float] = []

        var aliveCount: Int { keys.count - dead }
    }

    private let state = Mutex(State())

    var passageCount: Int { state.withLock { $0.aliveCount } }

    func statistics(of terms: some Sequence<String>) -> (passages: Int, length: Int, holding: [String: Int]) {
        state.withLock { state in
            var holding: [String: Int] = [:]
            for term in terms { if let index = state.terms[term] { holding[term] = state.postings[Int(index)].alive } }
            return (state.aliveCount, state.totalLength, holding)
        }
    }

    // MARK: Writing

    func replace(document: Int64, passages: [WeighedPassage]) {
        state.withLock { state in
            Self.remove(document, &state)
            for passage in passages { Self.add(passage, of: document, &state) }
            Self.sweepIfWorthIt(&state)
        }
    }

    func remove(document: Int64) {
        state.withLock { state in
            Self.remove(document, &state)
            Self.sweepIfWorthIt(&state)
        }
    }

    private static func sweepIfWorthIt(_ state: inout State) {
        if state.dead > fewestDead, Double(state.dead) > sweepShare * Double(state.keys.count) { sweep(&state) }
    }

    private static func add(_ passage: WeighedPassage, of document: Int64, _ state: inout State) {
        let slot = UInt32(state.keys.count)
        state.keys.append(passage.key)
        state.lengths.append(Float(passage.length))
        state.documentOfSlot.append(document)
        state.scores.append(0)
        state.slotsOfDocument[document, default: []].append(slot)
        state.totalLength += passage.length
        var termsOfSlot: [Int32] = []
        termsOfSlot.reserveCapacity(passage.frequencies.count)
        for (term, frequency) in passage.frequencies {
            let index: Int32
            if let known = state.terms[term] {
                index = known
            } else {
                index = Int32(state.postings.count)
                state.terms[term] = index
                state.postings.append(Postings())
            }
            let clamped = UInt16(clamping: frequency)
            state.postings[Int(index)].slots.append(slot)
            state.postings[Int(index)].frequencies.append(clamped)
            state.postings[Int(index)].alive += 1
            termsOfSlot.append(index)
        }
        state.termsOfSlot.append(termsOfSlot)
    }

    private static func remove(_ document: Int64, _ state: inout State) {
        guard let slots = state.slotsOfDocument.removeValue(forKey: document) else { return }
        for slot in slots {
            let slot = Int(slot)
            for term in state.termsOfSlot[slot] { state.postings[Int(term)].alive -= 1 }
            state.termsOfSlot[slot] = []
            state.totalLength -= Int(state.lengths[slot])
            state.lengths[slot] = -1
            state.dead += 1
        }
    }

    private static func sweep(_ state: inout State) {
        var swept = State()
        var movedTo = [UInt32](repeating: .max, count: state.keys.count)
        for slot in state.keys.indices where state.lengths[slot] >= 0 {
            let new = UInt32(swept.keys.count)
            movedTo[slot] = new
            swept.keys.append(state.keys[slot])
            swept.lengths.append(state.lengths[slot])
            swept.documentOfSlot.append(state.documentOfSlot[slot])
            swept.scores.append(0)
            swept.termsOfSlot.append([])
            swept.slotsOfDocument[state.documentOfSlot[slot], default: []].append(new)
        }
        swept.totalLength = state.totalLength
        for (term, index) in state.terms {
            let old = state.postings[Int(index)]
            var kept = Postings()
            for (slot, frequency) in zip(old.slots, old.frequencies) where movedTo[Int(slot)] != .max {
                kept.slots.append(movedTo[Int(slot)])
                kept.frequencies.append(frequency)
            }
            guard !kept.slots.isEmpty else { continue }
            kept.alive = kept.slots.count
            let newIndex = Int32(swept.postings.count)
            swept.terms[term] = newIndex
            for slot in kept.slots { swept.termsOfSlot[Int(slot)].append(newIndex) }
            swept.postings.append(kept)
        }
        state = swept
    }

    // MARK: Searching

    /// Term at a time, heaviest term first. Once what the remaining terms can add is less than the weakest of the best `limit`
    /// scores so far, no new passage can enter, and the remaining (longest) lists are only looked up for passages in the race.
    func search(_ statistics: LexicalStatistics, documents: Set<Int64>?, limit: Int) -> [LexicalHit] {
        state.withLock { state in
            let known = statistics.terms.compactMap { term in
                state.terms[term.text].map { (postings: Int($0), weight: term.weight) }
            }
            guard !known.isEmpty else { return [] }
            var remaining = known.map { $0.weight * (BM25.k1 + 1) }.reduce(0, +)
            var touched: [UInt32] = []
            for term in known {
                if touched.count >= limit, Self.threshold(touched, state.scores, limit) > remaining {
                    Self.raise(&touched, term, statistics, remaining: remaining, limit: limit, &state)
                } else {
                    Self.accumulate(&touched, term, statistics, documents, &state)
                }
                remaining -= term.weight * (BM25.k1 + 1)
            }
            let hits = Self.best(touched, known, statistics, limit, state)
            for slot in touched { state.scores[Int(slot)] = 0 }
            return hits
        }
    }

    /// Adds the scores of those of the passages that are here.
    func score(_ passages: [(document: Int64, key: Int64)], by statistics: LexicalStatistics, into scores: inout [Double]) {
        state.withLock { state in
            let known = statistics.terms.compactMap { term in
                state.terms[term.text].map { (postings: Int($0), weight: term.weight) }
            }
            let scale = BM25.k1 * BM25.b / statistics.averageLength
            let base = BM25.k1 * (1 - BM25.b)
            for (index, passage) in passages.enumerated() {
                guard let slot = state.slotsOfDocument[passage.document]?.first(where: { state.keys[Int($0)] == passage.key }) else { continue }
                var score: Float = 0
                for term in known {
                    guard let place = state.postings[term.postings].slots.binarySearch(slot) else { continue }
                    let frequency = Float(state.postings[term.postings].frequencies[place])
                    score += term.weight * (BM25.k1 + 1) * frequency / (frequency + base + scale * state.lengths[Int(slot)])
                }
                scores[index] = Double(score)
            }
        }
    }

    private static func accumulate(
        _ touched: inout [UInt32], _ term: (postings: Int, weight: Float), _ statistics: LexicalStatistics, _ documents: Set<Int64>?,
        _ state: inout State
    ) {
        let scale = BM25.k1 * BM25.b / statistics.averageLength
        let base = BM25.k1 * (1 - BM25.b)
        let factor = term.weight * (BM25.k1 + 1)
        let filtered = documents != nil
        state.postings[term.postings].slots.withUnsafeBufferPointer { slots in
            state.postings[term.postings].frequencies.withUnsafeBufferPointer { frequencies in
                state.lengths.withUnsafeBufferPointer { lengths in
                    state.scores.withUnsafeMutableBufferPointer { scores in
                        for index in slots.indices {
                            let slot = Int(slots[index])
                            let length = lengths[slot]
                            guard length >= 0 else { continue }
                            if scores[slot] == 0 {
                                if filtered, documents?.contains(state.documentOfSlot[slot]) == false { continue }
                                touched.append(UInt32(slot))
                            }
                            let frequency = Float(frequencies[index])
                            scores[slot] += factor * frequency / (frequency + base + scale * length)
                        }
                    }
                }
            }
        }
    }

    /// Adds a term's share to the passages that can still be among the best; the others leave the race.
    private static func raise(
        _ touched: inout [UInt32], _ term: (postings: Int, weight: Float), _ statistics: LexicalStatistics, remaining: Float, limit: Int,
        _ state: inout State
    ) {
        let floor = threshold(touched, state.scores, limit) - remaining
        let scale = BM25.k1 * BM25.b / statistics.averageLength
        let base = BM25.k1 * (1 - BM25.b)
        let factor = term.weight * (BM25.k1 + 1)
        var kept: [UInt32] = []
        for slot in touched {
            if state.scores[Int(slot)] >= floor { kept.append(slot) } else { state.scores[Int(slot)] = 0 }
        }
        touched = kept
        let postings = state.postings[term.postings]
        for slot in touched {
            guard let index = postings.slots.binarySearch(slot) else { continue }
            let frequency = Float(postings.frequencies[index])
            state.scores[Int(slot)] += factor * frequency / (frequency + base + scale * state.lengths[Int(slot)])
        }
    }

    /// The weakest of the best `limit` scores.
    private static func threshold(_ touched: [UInt32], _ scores: [Float], _ limit: Int) -> Float {
        var heap = SmallestFirst(capacity: limit)
        for slot in touched { heap.offer(scores[Int(slot)], slot) }
        return heap.smallest
    }

    private static func best(
        _ touched: [UInt32], _ terms: [(postings: Int, weight: Float)], _ statistics: LexicalStatistics, _ limit: Int, _ state: State
    ) -> [LexicalHit] {
        var heap = SmallestFirst(capacity: limit)
        for slot in touched { heap.offer(state.scores[Int(slot)], slot) }
        return heap.descending.map { score, slot in
            let matched = terms.filter { state.postings[$0.postings].slots.binarySearch(slot) != nil }
            let covered = matched.reduce(Float(0)) { $0 + $1.weight }
            return LexicalHit(
                key: state.keys[Int(slot)], document: state.documentOfSlot[Int(slot)], score: Double(score),
                coverage: Double(covered / max(statistics.totalWeight, .leastNonzeroMagnitude)),
                knownCoverage: Double(covered / max(statistics.knownWeight, .leastNonzeroMagnitude)), matchedTerms: matched.count)
        }
    }
}

extension [UInt32] {
    fileprivate func binarySearch(_ value: UInt32) -> Int? {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if self[middle] < value { low = middle + 1 } else { high = middle }
        }
        return low < count && self[low] == value ? low : nil
    }
}
