import Conversation
import Retrieval
import SearchIndex

/// Picks the sentences of sources that speak most of a question.
struct SentencePicker {
    struct Sentence {
        /// The source's place in the list.
        let source: Int
        let start: Int
        let text: String
        fileprivate let terms: Set<String>
        fileprivate var score = 0.0
    }

    /// Sentences at the most.
    private static let limit = 4
    /// A sentence must reach this share of the best one's score to stand beside it.
    private static let companionShare = 0.7
    /// What a source loses for each rank: the search found the earlier ones better.
    private static let rankDiscount = 0.05
    /// What a word of the question is worth that stands in the headings above a sentence and not in it.
    private static let headingShare = 0.5
    /// Under a heading that speaks of the question, this many sentences may answer it without a word of it.
    private static let leadingSentences = 2

    private let asked: Set<String>
    private let sentences: [Sentence]
    private let headings: [Set<String>]

    init(sources: [Source], question: String) {
        let analyzer = Analyzer()
        asked = Set(analyzer.terms(question))
        // A number or a name such as PX-400 is either spoken of or it is not: nothing else stands for it.
        let exact = asked.filter { $0.unicodeScalars.contains { ("0"..."9").contains($0) } }
        var sentences: [Sentence] = []
        var headings: [Set<String>] = []
        for (index, source) in sources.enumerated() {
            let titles = Self.titles(of: source)
            headings.append(Set(analyzer.terms(titles.joined(separator: " "))))
            guard exact.isSubset(of: headings[index].union(analyzer.terms(source.content))) else { continue }
            let scalars = Array(source.content.unicodeScalars)
            for range in Self.statements(in: scalars) where !titles.contains(Self.collapsed(scalars[range])) {
                let text = String(scalars: scalars[range])
                let terms = Set(analyzer.terms(text))
                if terms.count > 1 { sentences.append(Sentence(source: index, start: range.lowerBound, text: text, terms: terms)) }
            }
        }
        self.sentences = sentences
        self.headings = headings
    }

    /// The best sentences, in the order of the sources.
    func best() -> [Sentence] {
        let candidates = scored().sorted { ($0.score, $1.source, $1.start) > ($1.score, $0.source, $0.start) }
        var picked: [Sentence] = []
        for candidate in candidates where picked.count < Self.limit {
            guard candidate.score >= Self.companionShare * candidates[0].score else { break }
            if !picked.contains(where: { Self.isRepeated(candidate, $0) }) { picked.append(candidate) }
        }
        return picked.sorted { ($0.source, $0.start) < ($1.source, $1.start) }
    }

    private func scored() -> [Sentence] {
        let weights = weights()
        let total = weights.values.reduce(0, +)
        guard total > 0 else { return [] }
        func weight(_ terms: Set<String>) -> Double { terms.reduce(0) { $0 + (weights[$1] ?? 0) } }
        var placeInSource = [Int](repeating: 0, count: headings.count)
        return sentences.compactMap { sentence in
            placeInSource[sentence.source] += 1
            let own = asked.intersection(sentence.terms)
            let above = asked.intersection(headings[sentence.source]).subtracting(own)
            guard !own.isEmpty || !above.isEmpty && placeInSource[sentence.source] <= Self.leadingSentences else { return nil }
            var sentence = sentence
            sentence.score = (weight(own) + Self.headingShare * weight(above)) / total * (1 - Self.rankDiscount * Double(sentence.source))
            return sentence
        }
    }

    /// Inverse document frequencies over the sentences: what many of them say tells them apart no more.
    private func weights() -> [String: Double] {
        Dictionary(
            uniqueKeysWithValues: asked.map { term in
                let frequency = sentences.count { $0.terms.contains(term) }
                return (term, Double(BM25.inverseFrequency(passages: sentences.count, holding: frequency)))
            })
    }

    private static func isRepeated(_ sentence: Sentence, _ other: Sentence) -> Bool {
        let shared = sentence.terms.intersection(other.terms).count
        return Double(shared) >= 0.8 * Double(min(sentence.terms.count, other.terms.count))
    }

    // MARK: Sources

    /// The document's title and the headings above the passage, which also begin its text: they say what it is about, and state nothing.
    private static func titles(of source: Source) -> [String] {
        [source.title] + (source.sectionHeading?.split(separator: " › ").map(String.init) ?? [])
    }

    private static func collapsed(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
        String(scalars: scalars).split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    /// Sentences; of records, such as the rows of a table, each line.
    private static func statements(in scalars: [Unicode.Scalar]) -> [Range<Int>] {
        Sentences.ranges(in: scalars).flatMap { range -> [Range<Int>] in
            let lines = scalars[range].split(separator: "\n").map { $0.startIndex..<$0.endIndex }
            let records = lines.count { isRecord(scalars[$0]) }
            return records * 2 > lines.count ? lines : [range]
        }
    }

    /// `column: value; column: value`.
    private static func isRecord(_ line: ArraySlice<Unicode.Scalar>) -> Bool {
        line.prefix(60).firstIndex(of: ":").map { $0 + 1 < line.endIndex && line[$0 + 1] == " " } ?? false
    }
}
