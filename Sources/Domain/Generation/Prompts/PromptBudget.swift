/// How many tokens a prompt may have.
package struct PromptBudget: Sendable, Hashable {
    /// Above this, history and sources are trimmed.
    package let soft: Int
    /// Never exceeded.
    package let hard: Int

    /// For what reads no prompt.
    package static let unlimited = PromptBudget(soft: .max, hard: .max)

    package init(soft: Int, hard: Int) {
        self.soft = min(soft, hard)
        self.hard = hard
    }

    /// Tokens that a message may take, estimated from above: models of every family need at least three bytes a token on average,
    /// and a few tokens frame each message.
    package static func tokens(in text: String) -> Int { (text.utf8.count + 2) / 3 + 4 }
}
