#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var word = (state ^ state >> 30) &* 0xbf58_476d_1ce4_e5b9
        word = (word ^ word >> 27) &* 0x94d0_49bb_1331_11eb
        return word ^ word >> 31
    }
}

/// Words that are spread as words are: of rank r with probability proportional to (r + 1)^-1.05. The commonest stand in for stop words
/// and are left out. The same from the same seed.
struct Corpus {
    private static let stopWords = 40
    private let sums: [Double]
    private var random: SplitMix

    init(vocabulary: Int, seed: UInt64) {
        var sum = 0.0
        sums = (1...vocabulary).map { rank in
            sum += 1 / pow(Double(rank), 1.05)
            return sum
        }
        random = SplitMix(state: seed)
    }

    private mutating func draw() -> Int {
        let wanted = Double.random(in: 0..<sums[sums.count - 1], using: &random)
        var (low, high) = (0, sums.count - 1)
        while low < high {
            let middle = (low + high) / 2
            if sums[middle] < wanted { low = middle + 1 } else { high = middle }
        }
        return low
    }

    mutating func text(_ words: ClosedRange<Int>) -> String {
        let length = Int.random(in: words, using: &random)
        return (0..<length).map { _ in draw() }.filter { $0 >= Self.stopWords }.map { "w\($0)" }.joined(separator: " ")
    }

    /// Six words.
    mutating func query() -> [String] {
        while true {
            let words = (0..<10).map { _ in draw() }.filter { $0 >= Self.stopWords }
            if words.count >= 6 { return words.prefix(6).map { "w\($0)" } }
        }
    }
}

func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

func milliseconds(_ body: () throws -> Void) rethrows -> Double {
    let clock = ContinuousClock()
    let start = clock.now
    try body()
    return (clock.now - start) / .milliseconds(1)
}
