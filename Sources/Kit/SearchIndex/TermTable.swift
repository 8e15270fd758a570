#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// Terms and their numbers, without an object for each. Numbers begin at 0 and may have holes, which new terms fill.
struct TermTable: Sendable {
    /// UTF-8 bytes of a term; more are left out.
    static let byteLimit = 255
    private static let none = UInt32.max
    private static let leastSlots = 64

    /// Each term's length, then its bytes.
    private var bytes: [UInt8] = []
    /// Where each number's term stands in `bytes`.
    private var starts: [UInt32] = []
    private var holes: [UInt32] = []
    /// Open addressing: number + 1, 0 where there is none.
    private var slots = [UInt32](repeating: 0, count: leastSlots)
    private(set) var count = 0

    /// All numbers are below.
    var numberLimit: Int { starts.count }

    /// Whether so many new terms find room without a move of the whole.
    func hasRoom(for more: Int) -> Bool { (count + more) * 4 <= slots.count * 3 }

    mutating func reserve(_ more: Int) {
        guard !hasRoom(for: more) else { return }
        var wanted = slots.count
        while (count + more) * 4 > wanted * 3 { wanted *= 2 }
        slots = [UInt32](repeating: 0, count: wanted)
        for number in starts.indices where starts[number] != Self.none {
            let place = withTerm(UInt32(number)) { slot(of: $0) }
            slots[place] = UInt32(number) + 1
        }
    }

    func number(of term: UnsafeBufferPointer<UInt8>) -> UInt32? {
        let found = slots[slot(of: UnsafeBufferPointer(rebasing: term.prefix(Self.byteLimit)))]
        return found == 0 ? nil : found - 1
    }

    func number(of term: String) -> UInt32? {
        var term = term
        return term.withUTF8 { number(of: $0) }
    }

    /// The term's number, which is new where the term is.
    mutating func insert(_ term: UnsafeBufferPointer<UInt8>) -> (number: UInt32, isNew: Bool) {
        reserve(1)
        let term = UnsafeBufferPointer(rebasing: term.prefix(Self.byteLimit))
        let place = slot(of: term)
        guard slots[place] == 0 else { return (slots[place] - 1, false) }
        let number = holes.popLast() ?? UInt32(starts.count)
        put(term, number, place)
        return (number, true)
    }

    /// Gives a term its number, as it was read. False where either is taken.
    mutating func restore(_ term: UnsafeBufferPointer<UInt8>, number: UInt32) -> Bool {
        reserve(1)
        let place = slot(of: term)
        let isTaken = number < starts.count && starts[Int(number)] != Self.none
        guard slots[place] == 0, !isTaken, term.count <= Self.byteLimit else { return false }
        put(term, number, place)
        return true
    }

    /// Lets new terms fill the holes that restored ones left.
    mutating func findHoles() {
        holes = starts.indices.reversed().filter { starts[$0] == Self.none }.map(UInt32.init)
    }

    /// The same numbers for these terms alone.
    func keeping(_ isKept: (UInt32) -> Bool) -> TermTable {
        var kept = TermTable()
        for number in starts.indices where starts[number] != Self.none && isKept(UInt32(number)) {
            _ = withTerm(UInt32(number)) { kept.restore($0, number: UInt32(number)) }
        }
        kept.findHoles()
        return kept
    }

    /// - Parameter body: is given the UTF-8 of the term.
    func withTerm<Result>(_ number: UInt32, _ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        let start = Int(starts[Int(number)])
        let length = Int(bytes[start])
        return bytes.withUnsafeBufferPointer { body(UnsafeBufferPointer(rebasing: $0[start + 1..<start + 1 + length])) }
    }

    var numbers: [UInt32] { starts.indices.filter { starts[$0] != Self.none }.map(UInt32.init) }

    private mutating func put(_ term: UnsafeBufferPointer<UInt8>, _ number: UInt32, _ place: Int) {
        if Int(number) >= starts.count { starts.append(contentsOf: repeatElement(Self.none, count: Int(number) + 1 - starts.count)) }
        starts[Int(number)] = UInt32(bytes.count)
        bytes.append(UInt8(term.count))
        bytes.append(contentsOf: term)
        slots[place] = number + 1
        count += 1
    }

    /// Where the term is, or would be put. The hash has a secret, so that nobody can send terms that collide.
    private func slot(of term: UnsafeBufferPointer<UInt8>) -> Int {
        var hasher = Hasher()
        hasher.combine(bytes: UnsafeRawBufferPointer(term))
        var place = hasher.finalize() & (slots.count - 1)
        while slots[place] != 0 {
            let start = Int(starts[Int(slots[place] - 1)])
            let isSame = bytes.withUnsafeBufferPointer { known in
                Int(known[start]) == term.count
                    && (term.isEmpty || memcmp(known.baseAddress! + start + 1, term.baseAddress!, term.count) == 0)
            }
            if isSame { break }
            place = (place + 1) & (slots.count - 1)
        }
        return place
    }
}
