package import TimeOrdered

/// Where a turn stands in its session: a view of the log that points at the events which hold the words.
///
/// The turns of a session are a tree, in which each follows another, and a line is the way from the first to one of them. So a turn is
/// superseded by nothing but by not being on the line, and it comes back with all that belongs to it when the line leads through it again.
package struct TurnRow: Sendable, Hashable {
    package enum Speaker: String, Sendable {
        case user, assistant
    }

    package let id: TurnID
    package let sessionID: SessionID
    /// The seq of the event that began the turn.
    package let position: Int
    package let role: Speaker
    package var status: TurnStatus
    /// The seq of the event with the turn's text; nil while it is being generated.
    package var contentSeq: Int?
    /// The seq of the event with the turn's sources.
    package var sourcesSeq: Int?
    package let userTurnID: TurnID?
    /// The turn that it follows; nil for the first of a line.
    package let parentID: TurnID?
    /// How many turns stand before it on its line.
    package let depth: Int
    /// An earlier turn of its line, by which others are found in few steps; see `LineWalk`. Nil for the first.
    package let jumpID: TurnID?
    /// The answer that this one is another version of.
    package let regeneratedFrom: TurnID?
    /// Where the line through this turn ended when it was left.
    package var tipID: TurnID?
    /// The seq of the event by which it was left.
    package var leftSeq: Int?
    /// Of a user's turn: it and its answers are left out of prompts.
    package var isHidden: Bool
    /// What a session is called whose line begins with it.
    package var title: String?
    package var model: String?
    package var promptVersion: String?
    package var rating: Rating?
    /// The seq of the event that rated it last.
    package var ratedSeq: Int?
    package let createdAt: Timestamp

    package init(
        id: TurnID, sessionID: SessionID, position: Int, role: Speaker, status: TurnStatus, contentSeq: Int? = nil, sourcesSeq: Int? = nil,
        userTurnID: TurnID? = nil, parentID: TurnID? = nil, depth: Int = 0, jumpID: TurnID? = nil, regeneratedFrom: TurnID? = nil,
        tipID: TurnID? = nil, leftSeq: Int? = nil, isHidden: Bool = false, title: String? = nil, model: String? = nil, promptVersion: String? = nil,
        rating: Rating? = nil, ratedSeq: Int? = nil, createdAt: Timestamp
    ) {
        self.ratedSeq = ratedSeq
        self.id = id
        self.sessionID = sessionID
        self.position = position
        self.role = role
        self.status = status
        self.contentSeq = contentSeq
        self.sourcesSeq = sourcesSeq
        self.userTurnID = userTurnID
        self.parentID = parentID
        self.depth = depth
        self.jumpID = jumpID
        self.regeneratedFrom = regeneratedFrom
        self.tipID = tipID
        self.leftSeq = leftSeq
        self.isHidden = isHidden
        self.title = title
        self.model = model
        self.promptVersion = promptVersion
        self.rating = rating
        self.createdAt = createdAt
    }
}

/// Where turns stand that are versions of each other: after the same turn, by the same speaker.
package struct VersionPlace: Hashable, Sendable {
    package let parent: TurnID?
    package let role: TurnRow.Speaker

    package init(_ row: TurnRow) {
        parent = row.parentID
        role = row.role
    }
}
