package import JSON
package import TimeOrdered

/// A session as lists show it: a view of its log.
package struct SessionRow: Sendable, Hashable {
    package let id: SessionID
    package let userID: UUIDv7
    package let workspaceID: UUIDv7
    package let kind: SessionKind
    package var title: String
    package var collectionID: UUIDv7?
    package var metadata: JSONObject
    package let createdAt: Timestamp
    package var updatedAt: Timestamp
    package var lastMessageAt: Timestamp
    package var messageCount: Int
    package var archived: Bool
    package var pinned: Bool
    package var runningTurnID: TurnID?
    /// The last event that is in this view.
    package var headSeq: Int
    package var headHash: EventHash

    package init(
        id: SessionID, userID: UUIDv7, workspaceID: UUIDv7, kind: SessionKind, title: String, collectionID: UUIDv7?, metadata: JSONObject,
        createdAt: Timestamp, updatedAt: Timestamp, lastMessageAt: Timestamp, messageCount: Int = 0, archived: Bool = false,
        pinned: Bool = false, runningTurnID: TurnID? = nil, headSeq: Int, headHash: EventHash
    ) {
        self.id = id
        self.userID = userID
        self.workspaceID = workspaceID
        self.kind = kind
        self.title = title
        self.collectionID = collectionID
        self.metadata = metadata
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.lastMessageAt = lastMessageAt
        self.messageCount = messageCount
        self.archived = archived
        self.pinned = pinned
        self.runningTurnID = runningTurnID
        self.headSeq = headSeq
        self.headHash = headHash
    }
}

/// Where a turn stands in its session's timeline: a view of the log that points at the events which hold the words.
package struct TurnRow: Sendable, Hashable {
    package enum Speaker: String, Sendable {
        case user, assistant
    }

    package let id: TurnID
    package let sessionID: SessionID
    /// The seq of the event that began the turn; timelines are in this order.
    package let position: Int
    package let role: Speaker
    package var status: TurnStatus
    /// The seq of the event with the turn's text; nil while it is being generated.
    package var contentSeq: Int?
    /// The seq of the event with the turn's sources.
    package var sourcesSeq: Int?
    package let userTurnID: TurnID?
    package let createdAt: Timestamp

    package init(
        id: TurnID, sessionID: SessionID, position: Int, role: Speaker, status: TurnStatus, contentSeq: Int? = nil, sourcesSeq: Int? = nil,
        userTurnID: TurnID? = nil, createdAt: Timestamp
    ) {
        self.id = id
        self.sessionID = sessionID
        self.position = position
        self.role = role
        self.status = status
        self.contentSeq = contentSeq
        self.sourcesSeq = sourcesSeq
        self.userTurnID = userTurnID
        self.createdAt = createdAt
    }
}
