/// Builds segments from records: counts each term's postings, then puts them where they belong.
struct SegmentBuilder {
    /// By term number: first its postings, then where the next one goes; 0 between segments.
    private var counts: [UInt32]

    init(numberLimit: Int) { counts = [UInt32](repeating: 0, count: numberLimit) }

    mutating func reserve(_ numberLimit: Int) {
        if numberLimit > counts.count { counts.append(contentsOf: repeatElement(0, count: numberLimit - counts.count)) }
    }

    /// Segments that hold the records' passages, in their order; nil where a record is not what it should be.
    mutating func segments(of records: [DocumentRecord]) -> [LexicalSegment]? {
        var segments: [LexicalSegment] = []
        var first = 0
        while first < records.count {
            var slots = records[first].passages
            var end = first + 1
            // A document has but one run of slots in a segment.
            while end < records.count, records[end].part == 0, slots + records[end].passages <= LexicalSegment.slotLimit {
                slots += records[end].passages
                end += 1
            }
            guard let segment = segment(of: records[first..<end], slots: slots) else { return nil }
            if slots > 0 { segments.append(segment) }
            first = end
        }
        return segments
    }

    private mutating func segment(of records: ArraySlice<DocumentRecord>, slots: Int) -> LexicalSegment? {
        guard let terms = count(records) else { return nil }
        let postings = terms.reduce(0) { $0 + Int(counts[Int($1)]) }
        let segment = LexicalSegment(slots: slots, terms: terms.count, postings: postings)
        var start: UInt32 = 0
        for (place, term) in terms.enumerated() {
            segment.terms[place] = term
            segment.starts[place] = start
            start += counts[Int(term)]
            counts[Int(term)] = segment.starts[place]
        }
        segment.starts[terms.count] = start
        fill(segment, records)
        for term in terms { counts[Int(term)] = 0 }
        segment.finish()
        return segment
    }

    /// The terms of the records, by rising number.
    private mutating func count(_ records: ArraySlice<DocumentRecord>) -> [UInt32]? {
        var terms: [UInt32] = []
        var isWhole = true
        counts.withUnsafeMutableBufferPointer { counts in
            for record in records {
                let isRead = record.forEach { _, _ in
                } posting: { term, _ in
                    guard term < counts.count else {
                        isWhole = false
                        return
                    }
                    if counts[Int(term)] == 0 { terms.append(term) }
                    counts[Int(term)] += 1
                }
                isWhole = isWhole && isRead
            }
        }
        terms.sort()
        return isWhole ? terms : nil
    }

    private mutating func fill(_ segment: LexicalSegment, _ records: ArraySlice<DocumentRecord>) {
        let (keys, lengths, slots) = (segment.keys, segment.lengths, segment.slots)
        // Most are 1; those are not put where they belong one by one, which costs a miss of the cache each.
        segment.frequencies.update(repeating: 1, count: segment.postingCount)
        var slot = -1
        counts.withUnsafeMutableBufferPointer { next in
            for record in records where record.passages > 0 {
                segment.appendDocument(record.document, firstSlot: slot + 1)
                _ = record.forEach { key, length in
                    slot += 1
                    keys[slot] = key
                    lengths[slot] = Float(length)
                } posting: { term, frequency in
                    let posting = Int(next[Int(term)])
                    next[Int(term)] += 1
                    slots[posting] = UInt16(truncatingIfNeeded: slot)
                    if frequency != 1 { segment.setFrequency(frequency, at: posting) }
                }
            }
        }
    }
}
