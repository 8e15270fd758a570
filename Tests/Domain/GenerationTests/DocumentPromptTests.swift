import Conversation
import Generation
import TestSupport
import Testing

/// What a prompt keeps and what it leaves out.
struct DocumentPromptTests {
    private typealias Pair = DocumentPrompt.Pair

    private static let question = "How do I reset it?"

    private static func tokens(_ messages: [PromptMessage]) -> Int { messages.reduce(0) { $0 + PromptBudget.tokens(in: $1.content) } }

    /// What a prompt takes that has nothing but the question.
    private static func leastTokens(_ question: String = question) throws -> Int {
        try tokens(DocumentPrompt(question: question, history: [], sources: [], budget: .unlimited).messages)
    }

    private static func pairs(of prompt: DocumentPrompt) -> [Pair] {
        let between = Array(prompt.messages.dropFirst().dropLast())
        return stride(from: 0, to: between.count - 1, by: 2).map { Pair(user: between[$0].content, assistant: between[$0 + 1].content) }
    }

    private static func randomText(_ random: inout SeededRandom) -> String {
        String(repeating: ["a", "🍊", "日", "wörd "].randomElement(using: &random) ?? "", count: Int.random(in: 0...120, using: &random))
    }

    @Test func whatFitsIsKeptInItsOrder() throws {
        let history = [Pair(user: "q1", assistant: "a1"), Pair(user: "q2", assistant: "a2")]
        let sources = [SampleSources.source(1, "First text."), SampleSources.source(2, "Second text.")]
        let prompt = try DocumentPrompt(question: Self.question, history: history, sources: sources, budget: .unlimited)
        #expect(prompt.sources == sources)
        #expect(prompt.messages.map(\.role) == [.system, .user, .assistant, .user, .assistant, .user])
        #expect(prompt.messages.dropFirst().map(\.content) == ["q1", "a1", "q2", "a2", Self.question])
        let system = try #require(prompt.messages.first).content
        let places = ["Sources:", "[1] T", "First text.", "[2] T", "Second text."].map { system.firstRange(of: $0)?.lowerBound }
        #expect(places.allSatisfy { $0 != nil })
        #expect(places.compactMap { $0 } == places.compactMap { $0 }.sorted())
    }

    @Test func withoutSourcesThePromptSaysSo() throws {
        let prompt = try DocumentPrompt(question: Self.question, history: [], sources: [], budget: .unlimited)
        #expect(prompt.messages.first?.content.contains("There are no sources for this question.") == true)
        #expect(prompt.messages.first?.content.contains("Sources:") == false)
    }

    @Test(arguments: 0..<300 as Range<UInt64>)
    func theBudgetIsNeverExceeded(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let question = Self.randomText(&random)
        let history = (0..<Int.random(in: 0...6, using: &random)).map { Pair(user: "q\($0)", assistant: Self.randomText(&random)) }
        let sources = (0..<Int.random(in: 0...6, using: &random)).map { SampleSources.source($0 + 1, "s\($0) \(Self.randomText(&random))") }
        let least = try Self.leastTokens(question)
        let hard = least + Int.random(in: 0...800, using: &random)
        let budget = PromptBudget(soft: Int.random(in: 0...hard, using: &random), hard: hard)
        let prompt = try DocumentPrompt(question: question, history: history, sources: sources, budget: budget)

        #expect(Self.tokens(prompt.messages) <= max(budget.soft, least))
        #expect(prompt.messages.first?.role == .system)
        #expect(prompt.messages.last == PromptMessage(role: .user, content: question))
        // The last sources go first, and the oldest pairs.
        #expect(prompt.sources == Array(sources.prefix(prompt.sources.count)))
        let pairs = Self.pairs(of: prompt)
        #expect(pairs == history.suffix(pairs.count))
        let system = try #require(prompt.messages.first).content
        for source in sources { #expect(system.contains(source.content) == prompt.sources.contains(source)) }

        let whole = try DocumentPrompt(question: question, history: history, sources: sources, budget: .unlimited)
        #expect(whole.sources == sources)
        #expect(Self.pairs(of: whole) == history)
    }

    /// A tight budget holds the best source rather than any pair, and the newest pair rather than an older one.
    @Test func sourcesComeBeforeHistory() throws {
        let text = String(repeating: "x", count: 300)
        let sources = [SampleSources.source(1, "a" + text), SampleSources.source(2, "b" + text)]
        let history = [Pair(user: "old", assistant: text), Pair(user: "new", assistant: text)]
        let least = try Self.leastTokens()
        func prompt(_ more: Int) throws -> (sources: Int, pairs: [String]) {
            let budget = PromptBudget(soft: least + more, hard: 10_000)
            let prompt = try DocumentPrompt(question: Self.question, history: history, sources: sources, budget: budget)
            return (prompt.sources.count, Self.pairs(of: prompt).map(\.user))
        }
        #expect(try prompt(0) == (0, []))
        #expect(try prompt(130) == (1, []))
        #expect(try prompt(240) == (2, []))
        #expect(try prompt(360) == (2, ["new"]))
        #expect(try prompt(480) == (2, ["old", "new"]))
    }

    @Test func aQuestionThatIsTooLongIsAnErrorAndNotCut() throws {
        let least = try Self.leastTokens()
        #expect(throws: TurnFailure.self) {
            try DocumentPrompt(question: Self.question, history: [], sources: [], budget: PromptBudget(soft: 0, hard: least - 1))
        }
        _ = try DocumentPrompt(question: Self.question, history: [], sources: [], budget: PromptBudget(soft: 0, hard: least))
    }

    @Test func theSoftBudgetIsNeverAboveTheHard() {
        #expect(PromptBudget(soft: 10, hard: 3).soft == 3)
        #expect(PromptBudget(soft: 1, hard: 3).soft == 1)
    }

    @Test func tokensAreEstimatedByBytes() {
        #expect(PromptBudget.tokens(in: "") == 4)
        #expect(PromptBudget.tokens(in: "a") == 5)
        #expect(PromptBudget.tokens(in: "abc") == 5)
        #expect(PromptBudget.tokens(in: "abcd") == 6)
        #expect(PromptBudget.tokens(in: "🍊🍊🍊") == 8)
    }
}
