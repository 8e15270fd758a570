/// What somebody typed in a conversation.
enum ChatInput: Equatable {
    case nothing, quit, help, sources
    case message(String)
    case regenerate(instructions: String)
    case edit(String)
    case rewind(exchanges: Int)
    case undo, goOn
    case versions
    case version(Int)
    case branches
    case branch(String)
    case switchTo(String)
    /// With what is wrong in words.
    case wrong(String)

    static let commands = """
        /regenerate [INSTRUCTIONS]  another answer in the place of the last one; what the model is told beside
        /edit TEXT                  the last message in other words, and a new answer
        /continue                   go on with an answer that was cut off
        /versions [N]               the versions of the last answer; with N, make one of them the current one
        /rewind [N]                 take back the last exchange, or the last N
        /undo                       undo the last /rewind
        /branch NAME                begin a branch here, and go on with it
        /branches                   the branches; * is the current one
        /switch NAME                go on with another branch
        /sources                    the last answer's sources, whole
        /quit                       end; so does the end of input
        """

    /// Exchanges that are taken back at once.
    static let longestRewind = 40

    init(_ line: String) {
        let words = line.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: true)
        guard let name = words.first else {
            self = .nothing
            return
        }
        guard name.hasPrefix("/") else {
            self = .message(line)
            return
        }
        self = Self.command(name, words.count > 1 ? Self.trimmed(words[1]) : "")
    }

    private static func command(_ name: Substring, _ rest: String) -> ChatInput {
        switch name {
        case "/quit", "/exit": .quit
        case "/help": .help
        case "/sources": .sources
        case "/regenerate": .regenerate(instructions: rest)
        case "/edit": rest.isEmpty ? .wrong("Say the message in its new words: /edit TEXT.") : .edit(rest)
        case "/rewind":
            number(rest.isEmpty ? "1" : rest, upTo: longestRewind).map { ChatInput.rewind(exchanges: $0) }
                ?? ChatInput.wrong("Say how many exchanges, at most \(longestRewind): /rewind 2.")
        case "/undo": .undo
        case "/continue": .goOn
        case "/versions" where rest.isEmpty: .versions
        case "/versions": number(rest).map { ChatInput.version($0) } ?? ChatInput.wrong("Say which one: /versions 2.")
        case "/branches": .branches
        case "/branch": rest.isEmpty ? .wrong("Give it a name: /branch NAME.") : .branch(rest)
        case "/switch": rest.isEmpty ? .wrong("Name a branch: /switch NAME. /branches lists them.") : .switchTo(rest)
        default: .wrong("There is no command \(Output.printable(String(name))). /help lists them.")
        }
    }

    private static func trimmed(_ text: Substring) -> String {
        String(text.drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
    }

    private static func number(_ text: String, upTo limit: Int = .max) -> Int? {
        Int(text).flatMap { (1...limit).contains($0) ? $0 : nil }
    }
}
