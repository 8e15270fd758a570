import Conversation
import Retrieval
import SearchIndex

/// Picks what answers a question from what its sources state.
struct SentencePicker {
    /// Statements at the most: of one question, and of each where several are asked.
    private static let limit = (alone: 4, each: 2)
    /// A statement must reach this share of the best one's score to stand beside it.
    private static let companionShare = 0.7
    /// And its source this share of that one's worth: half of its score.
    private static let companionTrust = 0.25
    /// What a word of the question is worth that stands above a statement and not in it.
    private static let headingShare = 0.5
    /// What a word is worth that was said beside the question: it may mean what that named.
    private static let contextShare = 0.2
    /// Under a heading that speaks of the question, this many statements may answer it without a word of it.
    private static let leadingStatements = 2
    /// Of several questions, those are answered whose words a statement covers by this share.
    private static let answeringShare = 0.3

    private struct Candidate {
        /// One, or one that names something and one that goes on about it.
        let statements: [Statement]
        /// The share of the question that it speaks of.
        let coverage: Double
        /// What its source is worth.
        let trust: Double
        let score: Double
    }

    private let analyzer = Analyzer()
    private let sources: [Source]
    private let question: String
    private let statements: [Statement]

    init(sources: [Source], question: String) {
        self.sources = sources
        self.question = question
        let reader = StatementReader(analyzer: analyzer)
        statements = sources.enumerated().flatMap { reader.statements(of: $1, at: $0) }
    }

    /// The best statements, question by question, each in the order of the sources.
    func best() -> [Statement] {
        let parts = questions()
        let found = parts.map { candidates(for: $0, count: parts.count) }
        let coverages = found.map { $0.first?.coverage ?? 0 }
        let least = min(Self.answeringShare, coverages.max() ?? 0)
        var picked: [Statement] = []
        for (candidates, coverage) in zip(found, coverages) where coverage >= least {
            picked += best(of: candidates, limit: parts.count > 1 ? Self.limit.each : Self.limit.alone, after: picked)
        }
        return picked
    }

    /// What is repeated counts as picked, and is not said again.
    private func best(of candidates: [Candidate], limit: Int, after said: [Statement]) -> [Statement] {
        var picked: [Statement] = []
        var count = 0
        for candidate in candidates where count < limit {
            guard candidate.score >= Self.companionShare * candidates[0].score else { break }
            guard candidate.trust >= Self.companionTrust * candidates[0].trust else { continue }
            let new = candidate.statements.filter { statement in !picked.contains { Self.isRepeated(statement, $0) } }
            count += new.count
            picked += new
        }
        let new = picked.filter { statement in !said.contains { Self.isRepeated(statement, $0) } }
        return new.sorted { ($0.source, $0.place) < ($1.source, $1.place) }
    }

    /// Each of several questions; a long text whole, for its beginning and its end are no questions of their own.
    private func questions() -> [Set<String>] {
        let parts = SearchQuestion(question).parts().map(\.text)
        return (parts.contains(question) ? [question] : parts).map { Set(analyzer.terms($0)) }
    }

    // MARK: Scores

    /// Best first.
    private func candidates(for asked: Set<String>, count: Int) -> [Candidate] {
        let context = Set(analyzer.terms(question)).subtracting(asked)
        let statements = statements(for: asked)
        let weights = Self.weights(of: asked.union(context), in: statements)
        func weight(_ terms: Set<String>) -> Double { terms.reduce(0) { $0 + (weights[$1] ?? 0) } }
        let total = weight(asked)
        guard total > 0 else { return [] }
        let trust = trust(forBest: count)
        func candidate(_ statements: [Statement], _ last: Statement) -> Candidate {
            let terms = statements.reduce(into: Set<String>()) { $0.formUnion($1.terms) }
            let own = asked.intersection(terms)
            let coverage = (weight(own) + Self.headingShare * weight(asked.intersection(last.above).subtracting(own))) / total
            let bonus = Self.contextShare * weight(context.intersection(terms)) / total
            return Candidate(
                statements: statements, coverage: coverage, trust: trust[last.source], score: (coverage + bonus) * trust[last.source])
        }
        var result: [Candidate] = []
        var leading = (source: -1, section: -1, count: 0)
        var named: Statement?
        for statement in statements {
            if leading.source != statement.source {
                leading = (statement.source, statement.section, 0)
            } else if leading.section != statement.section, !asked.isDisjoint(with: statement.heading) {
                leading = (statement.source, statement.section, 0)
            }
            if !statement.isItem { leading.count += 1 }
            let leads = !statement.isItem && leading.count <= Self.leadingStatements && !asked.isDisjoint(with: statement.above)
            let leans = statement.leansOnOthers(analyzer)
            if !asked.isDisjoint(with: statement.terms) || leads {
                var told = [statement]
                if leans, let named, named.source == statement.source, named.section == statement.section,
                    Self.complete(asked.intersection(named.terms), asked.intersection(statement.terms))
                {
                    told = [named, statement]
                }
                result.append(candidate(told, statement))
            }
            if !leans, !statement.isItem { named = statement }
        }
        return result.enumerated().sorted { ($0.element.score, $1.offset) > ($1.element.score, $0.offset) }.map(\.element)
    }

    /// A number or a name such as PX-400 is either spoken of or it is not: nothing else stands for it.
    private func statements(for asked: Set<String>) -> [Statement] {
        let exact = asked.filter { $0.unicodeScalars.contains { ("0"..."9").contains($0) } }
        guard !exact.isEmpty else { return statements }
        let speaks = sources.map { exact.isSubset(of: analyzer.terms("\($0.title)\n\($0.sectionHeading ?? "")\n\($0.content)")) }
        return statements.filter { speaks[$0.source] }
    }

    /// Whether each of them says what the other does not.
    private static func complete(_ one: Set<String>, _ other: Set<String>) -> Bool {
        !one.isSubset(of: other) && !other.isSubset(of: one)
    }

    /// Inverse document frequencies: what many statements say tells them apart no more.
    private static func weights(of terms: Set<String>, in statements: [Statement]) -> [String: Double] {
        var frequencies: [String: Int] = [:]
        for statement in statements { for term in statement.terms { frequencies[term, default: 0] += 1 } }
        return Dictionary(
            uniqueKeysWithValues: terms.map {
                ($0, Double(BM25.inverseFrequency(passages: statements.count, holding: frequencies[$0] ?? 0)))
            })
    }

    /// What each source is worth, 0–1: the square of its score's share of the best one's. Each of several questions has its own best, and
    /// those come first, so that the least of them is the measure.
    private func trust(forBest count: Int) -> [Double] {
        guard let best = sources.prefix(count).map(\.score).min(), best > 0 else { return sources.map { _ in 1 } }
        return sources.map { source in
            let share = min(1, max(0.1, source.score / best))
            return share * share
        }
    }

    private static func isRepeated(_ statement: Statement, _ other: Statement) -> Bool {
        if statement.overlaps(other) { return true }
        guard statement.items.isEmpty, other.items.isEmpty else { return false }
        let shared = statement.terms.intersection(other.terms).count
        return Double(shared) >= 0.8 * Double(min(statement.terms.count, other.terms.count))
    }
}
