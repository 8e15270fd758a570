package import Conversation

/// A message that is answered once more, in the place of the answer that it has.
package struct Regeneration: Sendable {
    /// The message.
    package let userTurn: TurnRow
    /// Its answer, where it has one.
    package let answer: TurnRow?
    /// The message is put in other words: a new one takes its place, and what followed is superseded.
    package let editsMessage: Bool
    /// The answer as far as it came, to be gone on with.
    package let beginning: TurnRecord?
    /// What the model is told beside its usual instructions.
    package let instructions: String?

    package init(userTurn: TurnRow, answer: TurnRow?, editsMessage: Bool, beginning: TurnRecord? = nil, instructions: String? = nil) {
        self.userTurn = userTurn
        self.answer = answer
        self.editsMessage = editsMessage
        self.beginning = beginning
        self.instructions = instructions
    }
}
