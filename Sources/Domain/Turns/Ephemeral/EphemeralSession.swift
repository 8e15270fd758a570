package import Access
package import Conversation
package import Generation
package import Retrieval
package import TimeOrdered

/// A conversation that leaves nothing in the log.
package struct EphemeralSession: Sendable, Hashable {
    package let id: SessionID
    package let userID: UserID
    package let collectionID: CollectionID?
    /// The last questions with their answers, oldest first.
    package var pairs: [DocumentPrompt.Pair]
    package let createdAt: Timestamp
    /// The end of its last turn; its beginning where it has none.
    package var lastTurnAt: Timestamp
    package var turnCount: Int

    package init(
        id: SessionID, userID: UserID, collectionID: CollectionID?, pairs: [DocumentPrompt.Pair] = [], createdAt: Timestamp,
        lastTurnAt: Timestamp? = nil, turnCount: Int = 0
    ) {
        self.id = id
        self.userID = userID
        self.collectionID = collectionID
        self.pairs = pairs
        self.createdAt = createdAt
        self.lastTurnAt = lastTurnAt ?? createdAt
        self.turnCount = turnCount
    }
}
