/// Posting lists of up to 65,536 passages, which never change. Everything lies in columns: 3 bytes a posting.
final class LexicalSegment: @unchecked Sendable {
    static let slotLimit = 65_536
    /// A frequency of so many or more stands in `highFrequencies`.
    static let highFrequency: UInt8 = 255

    private let memory: SegmentMemory
    let slotCount: Int
    let termCount: Int
    let postingCount: Int

    // By slot.
    let keys: UnsafeMutablePointer<Int64>
    let lengths: UnsafeMutablePointer<Float>

    // By term, in the order of their numbers.
    let terms: UnsafeMutablePointer<UInt32>
    /// Where each term's postings begin, and behind the last where they end.
    let starts: UnsafeMutablePointer<UInt32>
    /// The most that a posting of the term can be worth, of 255, in a search whose average length is this segment's.
    let ceilings: UnsafeMutablePointer<UInt8>

    // By posting.
    let slots: UnsafeMutablePointer<UInt16>
    let frequencies: UnsafeMutablePointer<UInt8>
    /// By posting.
    var highFrequencies: [UInt32: UInt32] = [:]

    /// Documents in the order of their slots.
    private(set) var documents: [Int64] = []
    private(set) var firstSlots: [UInt32] = []
    /// Places in `documents`, by rising number.
    private var byNumber: [UInt32] = []
    private(set) var totalLength = 0
    private(set) var averageLength: Float = 1

    /// A segment that is still to be filled and then `finish`ed.
    init(slots slotCount: Int, terms termCount: Int, postings postingCount: Int) {
        precondition(slotCount <= Self.slotLimit)
        self.slotCount = slotCount
        self.termCount = termCount
        self.postingCount = postingCount
        memory = SegmentMemory(bytes: slotCount * 12 + termCount * 9 + 4 + postingCount * 3 + 8)
        keys = memory.column(Int64.self, slotCount)
        lengths = memory.column(Float.self, slotCount)
        terms = memory.column(UInt32.self, termCount)
        starts = memory.column(UInt32.self, termCount + 1)
        slots = memory.column(UInt16.self, postingCount)
        frequencies = memory.column(UInt8.self, postingCount)
        ceilings = memory.column(UInt8.self, termCount)
    }

    func appendDocument(_ number: Int64, firstSlot: Int) {
        documents.append(number)
        firstSlots.append(UInt32(firstSlot))
    }

    func setFrequency(_ frequency: UInt32, at posting: Int) {
        if frequency >= UInt32(Self.highFrequency) { highFrequencies[UInt32(posting)] = frequency }
        frequencies[posting] = UInt8(clamping: frequency)
    }

    /// Computes what follows from the rest.
    func finish() {
        byNumber = documents.indices.map(UInt32.init).sorted { documents[Int($0)] < documents[Int($1)] }
        totalLength = (0..<slotCount).reduce(0) { $0 + Int(lengths[$1]) }
        averageLength = max(1, Float(totalLength) / Float(max(1, slotCount)))
        let curve = BM25.Curve(averageLength: averageLength)
        for term in 0..<termCount {
            var most: Float = 0
            for posting in Int(starts[term])..<Int(starts[term + 1]) {
                most = max(most, curve.share(frequency(at: posting), length: lengths[Int(slots[posting])]))
            }
            ceilings[term] = UInt8(min(255, (most * 255).rounded(.up)))
        }
    }

    // MARK: Looking up

    @inline(__always)
    func frequency(at posting: Int) -> Float {
        let frequency = frequencies[posting]
        return frequency < Self.highFrequency ? Float(frequency) : Float(highFrequencies[UInt32(posting)] ?? 255)
    }

    /// The place of a term in `terms`.
    func place(of term: UInt32) -> Int? {
        let place = Self.lowerBound(terms, 0..<termCount, term)
        return place < termCount && terms[place] == term ? place : nil
    }

    func postings(_ place: Int) -> Range<Int> { Int(starts[place])..<Int(starts[place + 1]) }

    /// The posting of a slot in the list at a place.
    func posting(_ place: Int, slot: UInt16) -> Int? {
        let range = postings(place)
        let found = Self.lowerBound(slots, range, slot)
        return found < range.upperBound && slots[found] == slot ? found : nil
    }

    /// The slots of a document; a segment has it once or not at all.
    func slots(of document: Int64) -> Range<Int>? {
        let found = byNumber.withUnsafeBufferPointer { places in
            Self.partition(0..<places.count) { documents[Int(places[$0])] < document }
        }
        guard found < byNumber.count, documents[Int(byNumber[found])] == document else { return nil }
        return slots(at: Int(byNumber[found]))
    }

    /// The slots of the document at a place in `documents`.
    func slots(at place: Int) -> Range<Int> {
        Int(firstSlots[place])..<(place + 1 < firstSlots.count ? Int(firstSlots[place + 1]) : slotCount)
    }

    func document(of slot: Int) -> Int64 {
        documents[Self.partition(0..<firstSlots.count) { firstSlots[$0] <= UInt32(slot) } - 1]
    }

    /// The slot with a key, among those of one document.
    func slot(of key: Int64, in slots: Range<Int>) -> Int? {
        let found = Self.lowerBound(keys, slots, key)
        return found < slots.upperBound && keys[found] == key ? found : nil
    }

    @inline(__always)
    private static func lowerBound<Value: Comparable>(_ values: UnsafeMutablePointer<Value>, _ range: Range<Int>, _ wanted: Value) -> Int {
        partition(range) { values[$0] < wanted }
    }

    /// The first place where this no longer holds.
    @inline(__always)
    private static func partition(_ range: Range<Int>, _ isBefore: (Int) -> Bool) -> Int {
        var (low, high) = (range.lowerBound, range.upperBound)
        while low < high {
            let middle = (low + high) / 2
            if isBefore(middle) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
