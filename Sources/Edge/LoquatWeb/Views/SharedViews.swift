import Conversation
import HTMLText
import TimeOrdered

/// How a conversation is shown to others, to be changed.
struct ShareView: Sendable {
    let id: String
    let isShared: Bool
    let made: String

    init(_ session: SessionRow) {
        id = session.id.description
        isShared = session.share != nil
        made = session.share?.createdAt.shown ?? ""
    }
}

/// A conversation as anybody with its link reads it: nothing in it leads to what is not theirs to see.
struct SharedPage: Sendable {
    struct Source: Sendable {
        let number: String
        let title: String
        let section: String
        /// What sentences of the answer lean on, the first of it.
        let quotes: [String]
        /// How much of it is not shown, in words; nil where all is.
        var moreQuotes: String?
    }

    struct Turn: Sendable {
        let role: String
        let speaker: String
        let html: String
        let hasSources: Bool
        let sources: [Source]
    }

    let assets = AssetURLs.shared
    let title: String
    let turns: [Turn]
    /// Where the next part of it is; nil where all was shown.
    let later: String?
    /// Where the part before is.
    let earlier: String?
}

extension SharedPage.Turn {
    /// Nil for what has no words.
    init?(_ row: TurnRow, content: EventPayload?, sources frozen: SourcesFrozen?) {
        var citations: [Citation] = []
        switch content {
        case .userMessage(let message): html = MarkdownRenderer.html(message.content)
        case .assistantMessage(let message):
            html = MarkdownRenderer.html(message.content)
            citations = message.citations
        default: return nil
        }
        role = row.role.rawValue
        speaker = row.role == .user ? "Question" : "Answer"
        let quotes = SharedQuotes.bySource(citations)
        sources = (frozen?.sources ?? []).compactMap { source in quotes[source.number].map { SharedPage.Source(source, $0) } }
        hasSources = !sources.isEmpty
    }
}

extension SharedPage.Source {
    fileprivate init(_ source: Conversation.Source, _ quoted: SharedQuotes) {
        self.init(
            number: "\(source.number)", title: source.title,
            section: [source.page.map { "page \($0)" }, source.sectionHeading].compactMap(\.self).joined(separator: " · "), quotes: quoted.shown,
            moreQuotes: quoted.more)
    }
}

/// Of a passage, what the answer's sentences quote, each once.
private struct SharedQuotes {
    /// Quotes of one passage that are shown.
    private static let limit = 20

    private(set) var shown: [String] = []
    private var seen: Set<String> = []

    /// By the numbers of the passages; one that none cites has nothing here.
    static func bySource(_ citations: [Citation]) -> [Int: SharedQuotes] {
        var quotes: [Int: SharedQuotes] = [:]
        for citation in citations {
            if let number = citation.number { quotes[number, default: SharedQuotes()].add(citation.quote?.text) }
        }
        return quotes
    }

    var more: String? {
        let count = seen.count - shown.count
        return count > 0 ? "And \(count) more." : nil
    }

    private mutating func add(_ text: String?) {
        guard let text, seen.insert(text).inserted, shown.count < Self.limit else { return }
        shown.append(text)
    }
}
