import Conversation
import HTMLText
import LoquatServer
import Retrieval
import TimeOrdered

/// A session in the list at the side.
struct SessionLink: Sendable {
    let id: String
    let title: String
    let isCurrent: Bool
}

struct SessionList: Sendable {
    let sessions: [SessionLink]
    let moreSessions: String?
}

/// What a conversation is called, to be changed.
struct SessionEdit: Sendable {
    let id: String
    let name: String
    /// Whether it is the one that is looked at.
    let isCurrent: Bool
}

/// The page of a conversation, or of one that is about to begin.
struct SessionPage: Sendable {
    struct SessionView: Sendable {
        let id: String
        let title: String
        /// What the event stream is asked for from here: `SEQ:N`.
        let position: String
    }

    struct Choice: Sendable {
        let id: String
        let name: String
        let isChosen: Bool
    }

    let title: String
    let session: SessionView?
    let turns: [TurnView]
    /// How many turns to ask for to see more; nil where all are shown.
    let earlier: Int?
    let choices: [Choice]
    let hasNoDocuments: Bool
    /// Whether the visitor could not come in again without a link.
    let needsPassword: Bool
    let messageLimit: Int
    let blankTurn = TurnView.blank
    let blankSource = SourceView.blank
}

struct SourceView: Sendable {
    let number: String
    let passage: String
    let title: String
    let section: String
    let summary: String

    static let blank = SourceView(number: "", passage: "/", title: "", section: "", summary: "")
}

extension SourceView {
    init(_ source: Source) {
        number = "\(source.number)"
        passage = AnswerHTML.passage(source.document.id, start: source.start, end: source.end, page: source.page, text: source.content)
        title = source.title
        section = [source.page.map { "page \($0)" }, source.sectionHeading].compactMap(\.self).joined(separator: " · ")
        summary = source.summary
    }
}

struct TurnView: Sendable {
    let id: String
    let role: String
    let speaker: String
    let status: String
    let html: String
    /// How it ended, where that is worth saying.
    let state: String
    let hasSources: Bool
    let sources: [SourceView]

    static let blank = TurnView(id: "", role: "", speaker: "", status: "", html: "", state: "", hasSources: false, sources: [])
}

extension TurnView {
    /// - Parameter shown: the text so far of a turn that is running.
    init(_ row: TurnRow, content: EventPayload?, sources frozen: SourcesFrozen?, shown: String) {
        id = row.id.description
        role = row.role.rawValue
        speaker = row.role == .user ? "You" : "Answer"
        status = row.status.rawValue
        sources = (frozen?.sources ?? []).map { SourceView($0) }
        hasSources = !sources.isEmpty
        switch content {
        case .userMessage(let message):
            html = MarkdownRenderer.html(message.content)
            state = ""
        case .assistantMessage(let message):
            html = AnswerHTML.html(message.content, message.citations)
            state = Self.state(message)
        default:
            html = HTMLEscaping.escaped(shown)
            state = ""
        }
    }

    private static func state(_ message: AssistantMessage) -> String {
        if let failure = message.failure { return failure.message }
        return switch message.finishReason {
        case .stop, nil: ""
        case .length: "Cut off: the answer reached its longest length."
        case .stopped: "Stopped."
        case .interrupted: "Cut off: the server went down before the answer ended."
        }
    }
}
