package import TimeOrdered

/// Finds what was said in a user's own conversations, and what they are called.
package protocol ConversationSearch: Sendable {
    /// Messages that have all the terms, newest first, of the lines that their sessions go on with: not what was superseded. A session's title,
    /// where it was given or made, is found where it was. What was in the log when this was asked is found, unless `isComplete` says otherwise.
    /// - Parameters:
    ///   - user: the only one whose sessions are looked at.
    ///   - position: what `next` said; nil for the first part.
    ///   - limit: how many hits at the most.
    /// - Throws: `LogError`.
    func hits(of user: UUIDv7, _ query: ConversationQuery, before position: Int64?, limit: Int) async throws -> ConversationHits
}

/// A message that was found, or a session by its title.
package struct ConversationHit: Sendable, Hashable {
    package struct Message: Sendable, Hashable {
        package let turnID: TurnID
        package let role: TurnRow.Speaker

        package init(turnID: TurnID, role: TurnRow.Speaker) {
            self.turnID = turnID
            self.role = role
        }
    }

    /// Among all events of the log; those that came later have greater ones.
    package let position: Int64
    package let sessionID: SessionID
    /// Of the session.
    package let title: String
    /// Nil where the title was found.
    package let message: Message?
    /// What was said; the title where that was found.
    package let text: String
    package let createdAt: Timestamp

    package init(position: Int64, sessionID: SessionID, title: String, message: Message?, text: String, createdAt: Timestamp) {
        self.position = position
        self.sessionID = sessionID
        self.title = title
        self.message = message
        self.text = text
        self.createdAt = createdAt
    }
}

/// A part of what was found.
package struct ConversationHits: Sendable, Hashable {
    package let hits: [ConversationHit]
    /// Where to go on; nil where there is nothing more. It may stand where this part has fewer hits than were asked for, or none.
    package let next: Int64?
    /// Whether all that was in the log had been looked at. False for a while after a start that makes the index anew.
    package let isComplete: Bool

    package init(hits: [ConversationHit], next: Int64?, isComplete: Bool) {
        self.hits = hits
        self.next = next
        self.isComplete = isComplete
    }
}
