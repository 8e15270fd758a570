import SearchIndex
import TestSupport

/// Documents, and queries for them, of made-up words that are spread as words are: few are everywhere, most are rare.
struct RandomLibrary {
    private var random: SeededRandom
    private let vocabulary: [String]
    private var nextKey: Int64

    init(seed: UInt64, words: Int = 150, firstKey: Int64 = 1) {
        var random = SeededRandom(seed: seed)
        vocabulary = (0..<words).map { _ in
            let letters = (0..<Int.random(in: 3...8, using: &random)).map { _ in
                Character(Unicode.Scalar(UInt8.random(in: UInt8(ascii: "a")...UInt8(ascii: "z"), using: &random)))
            }
            return String(letters)
        }
        self.random = random
        nextKey = firstKey
    }

    mutating func number(in range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }

    private mutating func words(_ range: ClosedRange<Int>) -> String {
        var words: [String] = []
        for _ in 0..<number(in: range) {
            let place = Double.random(in: 0..<1, using: &random)
            words.append(vocabulary[Int(place * place * place * Double(vocabulary.count))])
        }
        return words.joined(separator: " ")
    }

    mutating func passages(_ count: ClosedRange<Int>) -> [IndexedPassage] {
        var passages: [IndexedPassage] = []
        for _ in 0..<number(in: count) {
            let title = words(0...3)
            let heading = words(0...2)
            passages.append(IndexedPassage(key: nextKey, title: title, heading: heading, body: words(0...50)))
            nextKey += 1
        }
        return passages
    }

    /// A few words; some stand twice, some nowhere.
    mutating func query() -> String {
        var query = words(1...6)
        if number(in: 0...4) == 0 { query += " zzyzx" }
        if number(in: 0...4) == 0 { query += " " + query }
        return query
    }
}
