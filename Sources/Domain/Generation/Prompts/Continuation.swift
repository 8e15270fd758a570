/// Joins what a model says to the answer that it was to go on with. Models are asked to repeat the last words, so that it can be seen where
/// they go on; many do, some start over, and some just go on.
package struct Continuation: Sendable {
    /// Characters of the last words that a model is asked to repeat.
    private static let tailLength = 40
    /// A shorter repetition is chance.
    private static let shortestOverlap = 4
    private static let longestOverlap = 400

    private let beginning: String
    /// As much of its end as is looked for.
    private let ending: String
    /// What was said and may still turn out to be a repetition; nil once it is known where the answer goes on.
    private var held: String? = ""

    package init(of beginning: String) {
        self.beginning = beginning
        ending = String(beginning.suffix(Self.longestOverlap))
    }

    /// What is added to the prompt of the answer.
    package static func messages(_ beginning: String) -> [PromptMessage] {
        let asked = """
            Your answer was cut off. Go on with it from exactly where it ended, under the same rules, and say nothing about the interruption. Begin \
            by repeating its last words, which are: \(tail(of: beginning))
            """
        return [PromptMessage(role: .assistant, content: beginning), PromptMessage(role: .user, content: asked)]
    }

    /// What follows of the answer; nil while that is not known.
    package mutating func feed(_ text: String) -> String? {
        guard let before = held else { return text.isEmpty ? nil : text }
        let said = before + text
        if said.hasPrefix(beginning) { return settle(String(said.dropFirst(beginning.count))) }
        guard !mayRepeat(said) else {
            held = said
            return nil
        }
        return settle(joined(said))
    }

    /// What is left where the model has ended.
    package mutating func finish() -> String? {
        guard let said = held else { return nil }
        // Cut off within a repetition, it said nothing new.
        return settle(beginning.hasPrefix(words(said)) ? "" : joined(said))
    }

    /// Whether it may still turn out to be how the answer began, or some of its last words.
    private func mayRepeat(_ said: String) -> Bool {
        let words = words(said)
        return words.isEmpty || beginning.hasPrefix(words) || ending.contains(words)
    }

    private func words(_ said: String) -> String { String(said.drop(while: \.isWhitespace)) }

    private mutating func settle(_ text: String) -> String? {
        held = nil
        return text.isEmpty ? nil : text
    }

    private func joined(_ said: String) -> String {
        let words = words(said)
        let longest = min(words.count, beginning.count, Self.longestOverlap)
        if longest >= Self.shortestOverlap {
            for length in stride(from: longest, through: Self.shortestOverlap, by: -1) where beginning.hasSuffix(words.prefix(length)) {
                return String(words.dropFirst(length))
            }
        }
        guard let last = beginning.last, let first = said.first else { return said }
        return last.isWhitespace || first.isWhitespace || first.isPunctuation ? said : " " + said
    }

    private static func tail(of text: String) -> String {
        let end = text.suffix(tailLength)
        guard end.count < text.count, let space = end.firstIndex(where: \.isWhitespace) else { return String(end) }
        return String(end[end.index(after: space)...])
    }
}
