package import JSON
package import TimeOrdered

/// A session as lists show it: a view of its log.
package struct SessionRow: Sendable, Hashable {
    /// Unicode scalars of a title at the most.
    package static let longestTitle = 1_000

    package let id: SessionID
    package let userID: UUIDv7
    package let workspaceID: UUIDv7
    package let kind: SessionKind
    /// What it is called: the name it was given, or what its line makes of itself.
    package var title: String
    /// The name that a person gave it.
    package var givenTitle: String?
    package var collectionID: UUIDv7?
    package var metadata: JSONObject
    package let createdAt: Timestamp
    package var updatedAt: Timestamp
    package var lastMessageAt: Timestamp
    /// Where the current line ends; nil before the first turn.
    package var headTurnID: TurnID?
    /// Turns on the current line.
    package var messageCount: Int
    /// The current line's name.
    package var branch: String
    /// All lines, once there is more than one; where the current one ends, `headTurnID` says.
    package var branches: [Branch]
    package var share: Share?
    package var archived: Bool
    package var pinned: Bool
    package var runningTurnID: TurnID?
    /// Events, from the first on, that tell what happened in another session.
    package let copiedEvents: Int
    /// The last event that is in this view.
    package var headSeq: Int
    package var headHash: EventHash

    /// False while events of another session are being copied to it.
    package var isWhole: Bool { headSeq >= copiedEvents }

    package init(
        id: SessionID, userID: UUIDv7, workspaceID: UUIDv7, kind: SessionKind, title: String, collectionID: UUIDv7?, metadata: JSONObject,
        createdAt: Timestamp, updatedAt: Timestamp, lastMessageAt: Timestamp, givenTitle: String? = nil, headTurnID: TurnID? = nil,
        messageCount: Int = 0, branch: String = Branch.main, branches: [Branch] = [], share: Share? = nil, archived: Bool = false,
        pinned: Bool = false, runningTurnID: TurnID? = nil, copiedEvents: Int = 0, headSeq: Int, headHash: EventHash
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
        self.givenTitle = givenTitle
        self.headTurnID = headTurnID
        self.messageCount = messageCount
        self.branch = branch
        self.branches = branches
        self.share = share
        self.archived = archived
        self.pinned = pinned
        self.runningTurnID = runningTurnID
        self.copiedEvents = copiedEvents
        self.headSeq = headSeq
        self.headHash = headHash
    }

    /// How a session is called after the beginning of a message. One character may have any number of marks: they end where a title does.
    package static func title(of message: String) -> String { line(message.prefix(derivedTitle)) }

    /// Controls, breaks of lines, and what turns the direction of the text that comes behind.
    private static let controls: [ClosedRange<UInt32>] = [0...0x1f, 0x7f...0x9f, 0x2028...0x202e, 0x2066...0x2069]

    /// A text as one line of a title's length.
    static func line(_ text: some StringProtocol) -> String {
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars.prefix(longestTitle) {
            let isBlank = scalar == " " || controls.contains { $0.contains(scalar.value) }
            // Blanks in a row, and those that would stand first, are one or none.
            if !isBlank { scalars.append(scalar) } else if let last = scalars.last, last != " " { scalars.append(" ") }
        }
        if scalars.last == " " { scalars.removeLast() }
        return String(scalars)
    }
}
