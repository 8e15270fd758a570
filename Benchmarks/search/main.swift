import GRDB
import SearchIndex

// Lexical search beside SQLite FTS5 in one process and one run: 57,638 passages of about 90 words with Zipf frequencies, queries of six
// words, the ten best. Prints JSON. The corpus is made from a fixed seed.

let passageCount = 57_638
let queryCount = 300
let vocabulary = 60_000
/// The commonest words stand in for stop words and are left out.
let stopWords = 40

struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var word = (state ^ state >> 30) &* 0xbf58_476d_1ce4_e5b9
        word = (word ^ word >> 27) &* 0x94d0_49bb_1331_11eb
        return word ^ word >> 31
    }
}

/// Draws ranks from 0 with probability proportional to (rank + 1)^-1.05.
struct Zipf {
    private let sums: [Double]

    init(_ count: Int) {
        var sum = 0.0
        sums = (1...count).map { rank in
            sum += 1 / power(Double(rank), 1.05)
            return sum
        }
    }

    func draw(_ random: inout SplitMix) -> Int {
        let wanted = Double.random(in: 0..<sums[sums.count - 1], using: &random)
        var (low, high) = (0, sums.count - 1)
        while low < high {
            let middle = (low + high) / 2
            if sums[middle] < wanted { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

func power(_ base: Double, _ exponent: Double) -> Double { pow(base, exponent) }

func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

func milliseconds(_ body: () throws -> Void) rethrows -> Double {
    let clock = ContinuousClock()
    let start = clock.now
    try body()
    return (clock.now - start) / .milliseconds(1)
}

var random = SplitMix(state: 3)
let zipf = Zipf(vocabulary)
let passages = (0..<passageCount).map { _ in
    let length = Int.random(in: 70...110, using: &random)
    return (0..<length).compactMap { _ -> String? in
        let word = zipf.draw(&random)
        return word < stopWords ? nil : "w\(word)"
    }.joined(separator: " ")
}
var queries: [[String]] = []
while queries.count < queryCount {
    let words = (0..<10).map { _ in zipf.draw(&random) }.filter { $0 >= stopWords }
    if words.count >= 6 { queries.append(words.prefix(6).map { "w\($0)" }) }
}

let index = LexicalIndex()
for (key, text) in passages.enumerated() {
    index.replace(document: Int64(key), in: 1, passages: [IndexedPassage(key: Int64(key), title: "", heading: "", body: text)])
}

let database = try DatabaseQueue()
try database.write { database in
    try database.execute(sql: "CREATE VIRTUAL TABLE f USING fts5(b, tokenize = 'unicode61')")
    for text in passages { try database.execute(sql: "INSERT INTO f VALUES (?)", arguments: [text]) }
    try database.execute(sql: "INSERT INTO f (f) VALUES ('optimize')")
}

_ = index.search(queries[0].joined(separator: " "), partitions: [1], limit: 10)
let ours = queries.map { query in
    milliseconds { _ = index.search(query.joined(separator: " "), partitions: [1], limit: 10) }
}
let theirs = try queries.map { query in
    try milliseconds {
        _ = try database.read { database in
            try Int64.fetchAll(
                database, sql: "SELECT rowid FROM f WHERE f MATCH ? ORDER BY rank LIMIT 10", arguments: [query.joined(separator: " OR ")])
        }
    }
}
let ratio = median(ours) / median(theirs)
print("{\"passages\": \(passageCount), \"loquat_p50_ms\": \(median(ours)), \"fts5_p50_ms\": \(median(theirs)), \"ratio\": \(ratio)}")
