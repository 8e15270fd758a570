import Conversation
import HTMLText
import LoquatServer
import TimeOrdered

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

/// What was said in the place of one turn.
struct VersionsView: Sendable {
    /// Such as `2 of 3`; `51 of 100+` among the nearest where there are more.
    let place: String
    let previousVersion: String?
    let nextVersion: String?

    /// Nil where only one thing was said.
    init?(of turn: TurnID, among versions: NearVersions) {
        let ids = versions.ids
        guard ids.count > 1, let index = ids.firstIndex(of: turn) else { return nil }
        place = "\(index + 1) of \(ids.count)\(versions.isCut ? "+" : "")"
        previousVersion = index > 0 ? ids[index - 1].description : nil
        nextVersion = index + 1 < ids.count ? ids[index + 1].description : nil
    }
}

struct TurnView: Sendable {
    /// What is known of a turn's place beside its own row.
    struct Place: Sendable {
        var versions = NearVersions(ids: [])
        var isHidden = false
        /// The line ends with it.
        var isLast = false
    }

    let id: String
    let role: String
    let speaker: String
    let status: String
    let html: String
    /// How it ended, where that is worth saying.
    let state: String
    let hasSources: Bool
    let sources: [SourceView]
    var versions: VersionsView?
    /// Left out of prompts, with its answer or its question.
    var isHidden = false
    var isAnswer = false
    var isMessage = false
    /// A message that nothing answers.
    var isUnanswered = false
    /// Its text broke off.
    var mayContinue = false
    var isRatedUp = false
    var isRatedDown = false

    /// Of either speaker: what is of no use to the one is not shown.
    static let blank = TurnView(
        id: "", role: "", speaker: "", status: "", html: "", state: "", hasSources: false, sources: [], isAnswer: true, isMessage: true)
}

extension TurnView {
    /// - Parameter shown: the text so far of a turn that is running.
    init(_ row: TurnRow, _ place: Place, content: EventPayload?, sources frozen: SourcesFrozen?, shown: String) {
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
            mayContinue = !message.content.isEmpty && (message.status != .complete || message.finishReason == .length)
        default:
            html = HTMLEscaping.escaped(shown)
            state = ""
        }
        versions = VersionsView(of: row.id, among: place.versions)
        isHidden = place.isHidden
        isAnswer = row.role == .assistant
        isMessage = row.role == .user
        isUnanswered = row.role == .user && place.isLast
        isRatedUp = row.rating == .up
        isRatedDown = row.rating == .down
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
