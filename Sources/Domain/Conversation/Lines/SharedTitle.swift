extension Share {
    /// What is said of a conversation whose first exchange is left out.
    package static let neutralTitle = "Conversation"
}

extension LogStore {
    /// What the line is called that a link shows. The session's own title follows its current line: it may tell what was said after the
    /// link was made, or what is left out.
    package func title(of share: Share, in session: SessionRow) async throws -> String {
        if let given = session.givenTitle { return given }
        let opening = try await line(to: share.turnID, of: session.id, depths: 0..<2)
        guard let message = opening.first, !message.isHidden else { return Share.neutralTitle }
        return opening.dropFirst().first?.title ?? message.title ?? Share.neutralTitle
    }
}
