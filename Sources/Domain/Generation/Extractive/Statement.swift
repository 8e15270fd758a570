import SearchIndex

/// What a source states in one go: a sentence, a record, or a list with what announces it.
struct Statement {
    /// The source's place in the list.
    let source: Int
    /// In Unicode scalars of the source's content; of a list, of what announces it.
    let range: Range<Int>
    /// Empty where nothing announces a list.
    let text: String
    let terms: Set<String>
    /// The terms of the headings above it, and of what announces the list that it is of.
    let above: Set<String>
    /// The terms of the headings nearest above it.
    let heading: Set<String>
    /// Which of the source's sections it is in.
    let section: Int
    var isItem = false
    /// A list's items.
    var items: [Range<Int>] = []
    var itemTexts: [String] = []

    private static let pronouns: Set<String> = [
        "it", "its", "it's", "they", "their", "he", "his", "she", "her", "this", "these", "those",
    ]

    /// Whether what it speaks of is named before it.
    func leansOnOthers(_ analyzer: Analyzer) -> Bool {
        !isItem && analyzer.words(String(text.prefix(20))).first.map(Self.pronouns.contains) ?? false
    }

    /// Where it begins.
    var place: Int { range.lowerBound }

    func overlaps(_ other: Statement) -> Bool {
        source == other.source && ([range] + items).contains { part in ([other.range] + other.items).contains { $0.overlaps(part) } }
    }
}
