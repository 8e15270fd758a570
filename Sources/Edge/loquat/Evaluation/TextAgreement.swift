import JSON

/// How well a text agrees with a reference.
struct TextAgreement {
    /// The share of the reference's words that were found.
    let found: Double
    /// The share of the words that stand in the reference.
    let right: Double
    /// Spearman's rank correlation of the words that stand once in both; 1 where there is nothing to compare.
    let order: Double

    init(reference: String, text: String) {
        let (theirs, ours) = (Self.words(reference), Self.words(text))
        let (their, our) = (Self.counts(theirs), Self.counts(ours))
        let shared = their.reduce(0) { $0 + min($1.value, our[$1.key] ?? 0) }
        found = Double(shared) / Double(max(1, theirs.count))
        right = Double(shared) / Double(max(1, ours.count))
        order = Self.correlation(theirs.filter { their[$0] == 1 && our[$0] == 1 }, ours)
    }

    var json: JSONValue { ["words_found": Figure.rounded(found), "words_right": Figure.rounded(right), "order": Figure.rounded(order)] }

    private static func words(_ text: String) -> [String] {
        text.lowercased().split { !($0.isLetter || $0.isNumber || $0 == "_") }.map(String.init)
    }

    private static func counts(_ words: [String]) -> [String: Int] { Dictionary(words.map { ($0, 1) }, uniquingKeysWith: +) }

    private static func correlation(_ single: [String], _ ours: [String]) -> Double {
        guard single.count > 2 else { return 1 }
        let place = Dictionary(ours.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        let sorted = single.sorted { (place[$0] ?? 0) < (place[$1] ?? 0) }
        let rank = Dictionary(uniqueKeysWithValues: sorted.enumerated().map { ($1, $0) })
        let count = Double(single.count)
        let distance = single.enumerated().reduce(0.0) { sum, item in
            let difference = Double(item.offset - (rank[item.element] ?? 0))
            return sum + difference * difference
        }
        return 1 - 6 * distance / (count * (count * count - 1))
    }
}
