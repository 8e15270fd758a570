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
        /// What sentences of the answer lean on.
        let quotes: [String]
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
        sources = (frozen?.sources ?? []).compactMap { SharedPage.Source($0, citedBy: citations) }
        hasSources = !sources.isEmpty
    }
}

extension SharedPage.Source {
    /// Of a passage, what the answer's sentences quote, each once; nil for a passage that none cites.
    init?(_ source: Conversation.Source, citedBy citations: [Citation]) {
        let own = citations.filter { $0.number == source.number }
        guard !own.isEmpty else { return nil }
        var quotes: [String] = []
        for case let text? in own.map(\.quote?.text) where !quotes.contains(text) { quotes.append(text) }
        self.init(
            number: "\(source.number)", title: source.title,
            section: [source.page.map { "page \($0)" }, source.sectionHeading].compactMap(\.self).joined(separator: " · "), quotes: quotes)
    }
}
