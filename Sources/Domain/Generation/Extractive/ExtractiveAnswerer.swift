import Conversation
import Retrieval
import SearchIndex

/// Answers without a model: picks the sentences of the sources that speak most of the question, puts them in the sources' order and
/// marks each with its source's number. Its usage is estimated as prompts are.
package struct ExtractiveAnswerer: LanguageModel {
    package static let modelName = "extractive"
    package static let noAnswer = "The sources do not hold an answer to this question."
    /// Sentences in an answer at the most.
    private static let longestAnswer = 4
    /// A sentence must speak of this share of the best sentence's share to stand beside it.
    private static let companionShare = 0.6
    /// What a source loses for each rank: the search found the earlier ones better.
    private static let rankDiscount = 0.05

    /// It reads the question and the sources themselves.
    package var readsMessages: Bool { false }

    package init() {}

    private struct Candidate {
        let source: Int
        let range: Range<Int>
        let text: String
        let score: Double
        let terms: Set<String>
    }

    package func generate(_ request: GenerationRequest, deliver: ([GenerationPiece]) async throws -> Void) async throws -> GenerationEnd {
        let sentences = pick(from: request.sources, for: request.question)
        if sentences.isEmpty {
            try await deliver([.text(Self.noAnswer)])
        }
        for (index, sentence) in sentences.enumerated() {
            try Task.checkCancellation()
            try await deliver([.text((index > 0 ? " " : "") + Self.marked(sentence.text, request.sources[sentence.source].number))])
        }
        let answer = sentences.isEmpty ? Self.noAnswer : sentences.map(\.text).joined(separator: " ")
        let read = [request.question] + request.sources.map(\.content)
        let usage = TokenUsage(
            promptTokens: read.map(PromptBudget.tokens).reduce(0, +), completionTokens: PromptBudget.tokens(in: answer))
        return GenerationEnd(finishReason: .stop, usage: usage, model: Self.modelName)
    }

    private func pick(from sources: [Source], for question: String) -> [Candidate] {
        let analyzer = Analyzer()
        let asked = Set(analyzer.terms(question))
        guard !asked.isEmpty else { return [] }
        // A number or a name such as PX-400 is either spoken of or it is not: nothing else stands for it.
        let exact = asked.filter { $0.unicodeScalars.contains { ("0"..."9").contains($0) } }
        var candidates: [Candidate] = []
        for (index, source) in sources.enumerated() {
            let scalars = Array(source.content.unicodeScalars)
            let headings = Self.headings(of: source)
            let context = Set(analyzer.terms(headings.joined(separator: " ")))
            guard exact.isSubset(of: context.union(analyzer.terms(source.content))) else { continue }
            for range in Self.statements(in: scalars) where !headings.contains(Self.collapsed(scalars[range])) {
                let text = SupportScorer.text(scalars[range])
                let terms = Set(analyzer.terms(text))
                let own = Double(asked.count { terms.contains($0) })
                guard own > 0, terms.count > 1 else { continue }
                let shared = Double(asked.count { !terms.contains($0) && context.contains($0) })
                let score = (own + 0.5 * shared) / Double(asked.count) * (1 - Self.rankDiscount * Double(index))
                candidates.append(Candidate(source: index, range: range, text: text, score: score, terms: terms))
            }
        }
        candidates.sort { ($0.score, $1.source, $1.range.lowerBound) > ($1.score, $0.source, $0.range.lowerBound) }
        var picked: [Candidate] = []
        for candidate in candidates where picked.count < Self.longestAnswer {
            guard candidate.score >= Self.companionShare * candidates[0].score else { break }
            if picked.contains(where: { Self.isRepeated(candidate, $0) }) { continue }
            picked.append(candidate)
        }
        return picked.sorted { ($0.source, $0.range.lowerBound) < ($1.source, $1.range.lowerBound) }
    }

    /// The document's title and the headings above the passage, which also begin its text: they say what it is about, and state nothing.
    private static func headings(of source: Source) -> [String] {
        [source.title] + (source.sectionHeading?.split(separator: " › ").map(String.init) ?? [])
    }

    private static func collapsed(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
        SupportScorer.text(scalars).split(whereSeparator: \.isWhitespace).joined(separator: " ")
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

    private static func isRepeated(_ candidate: Candidate, _ other: Candidate) -> Bool {
        let shared = candidate.terms.intersection(other.terms).count
        return Double(shared) >= 0.8 * Double(min(candidate.terms.count, other.terms.count))
    }

    /// `Hold the button for ten seconds [1].` A bracketed number that the source itself has is no marker: it is put in parentheses.
    private static func marked(_ sentence: String, _ number: Int) -> String {
        var text = escapingMarkers(sentence.split(whereSeparator: \.isWhitespace).joined(separator: " "))
        var ending = ""
        while let last = text.last, ".!?…。！？".contains(last) {
            ending = String(last) + ending
            text.removeLast()
        }
        return "\(text) [\(number)]\(ending.isEmpty ? "." : ending)"
    }

    private static func escapingMarkers(_ text: String) -> String {
        var result = ""
        var rest = text[...]
        while let open = rest.firstIndex(of: "[") {
            result += rest[..<open]
            rest = rest[open...]
            let inside = rest.dropFirst().prefix { $0.isNumber || $0 == "," || $0 == " " }
            if !inside.isEmpty, inside.endIndex < rest.endIndex, rest[inside.endIndex] == "]" {
                result += "(\(inside))"
                rest = rest[rest.index(after: inside.endIndex)...]
            } else {
                result += "["
                rest = rest.dropFirst()
            }
        }
        return result + rest
    }
}
