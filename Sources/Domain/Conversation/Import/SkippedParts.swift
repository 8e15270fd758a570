/// What of an export could not be read. What a product hides by itself (system messages, tools, thoughts) is not counted.
package struct SkippedParts: Sendable, Hashable {
    /// Conversations whose JSON is damaged or of another shape, and those beyond the limit.
    package var conversations = 0
    /// Conversations in which nobody says anything.
    package var empty = 0
    /// Messages of a shape or kind that is not known, and those beyond the limit.
    package var messages = 0
    /// Messages whose place in the tree is wrong: their parent is missing or comes after them. They are kept and begin a line of their own.
    package var links = 0
    /// Conversations in which damaged characters were replaced.
    package var repaired = 0
    /// The file ends before its list does.
    package var isCutOff = false

    package init() {}

    package var isEmpty: Bool { self == SkippedParts() }

    package static func += (left: inout SkippedParts, right: SkippedParts) {
        left.conversations += right.conversations
        left.empty += right.empty
        left.messages += right.messages
        left.links += right.links
        left.repaired += right.repaired
        left.isCutOff = left.isCutOff || right.isCutOff
    }

    /// For people; nil where all was read.
    package var sentence: String? {
        func some(_ count: Int, _ one: String, _ many: String, _ what: String) -> String? {
            count == 0 ? nil : "\(count) \(count == 1 ? one : many) \(what)"
        }
        let parts = [
            some(conversations, "conversation", "conversations", "could not be read"),
            some(empty, "conversation", "conversations", "without a message left out"),
            some(messages, "message", "messages", "could not be read"),
            some(links, "message", "messages", "without its place in the conversation kept as a line of its own"),
            some(repaired, "conversation", "conversations", "with damaged characters read without them"),
            isCutOff ? "the file breaks off before its end" : nil,
        ].compactMap { $0 }
        return parts.isEmpty ? nil : parts.joined(separator: "; ") + "."
    }
}
