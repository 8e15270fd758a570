import Conversation

extension ImportedConversation {
    /// Indexes of the messages of the line that was shown, from its first to `current`.
    var currentLine: [Int] {
        var line: [Int] = []
        var next = current
        while let index = next {
            line.append(index)
            next = messages[index].parent
        }
        return line.reversed()
    }
}
