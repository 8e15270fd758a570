import Conversation
import JSON
import SchemaReflection
import TimeOrdered
import Turns

struct SessionResource: Codable {
    let id: UUIDv7
    let userID: UUIDv7
    let kind: SessionKind
    let title: String
    let collectionID: UUIDv7?
    let metadata: JSONObject
    let createdAt: Timestamp
    let updatedAt: Timestamp
    let lastMessageAt: Timestamp
    let messageCount: Int
    let branch: String
    let archived: Bool
    let pinned: Bool
    let runningTurnID: UUIDv7?

    init(_ session: SessionRow) {
        id = session.id
        userID = session.userID
        kind = session.kind
        title = session.title
        collectionID = session.collectionID
        metadata = session.metadata
        createdAt = session.createdAt
        updatedAt = session.updatedAt
        lastMessageAt = session.lastMessageAt
        messageCount = session.messageCount
        branch = session.branch
        archived = session.archived
        pinned = session.pinned
        runningTurnID = session.runningTurnID
    }
}

/// One turn of the timeline with its words.
struct MessageResource: Codable {
    let id: UUIDv7
    let turnID: UUIDv7
    let sessionID: UUIDv7
    let role: String
    let speakerID: UUIDv7?
    let content: String
    let status: TurnStatus
    let sources: [Source]
    let citations: [Citation]
    let userTurnID: UUIDv7?
    let regeneratedFrom: UUIDv7?
    let supersededBy: UUIDv7?
    let interjectionOf: UUIDv7?
    let hidden: Bool
    let truncated: Bool
    let versions: [UUIDv7]
    let metadata: JSONObject
    let usage: TokenUsage?
    let finishReason: FinishReason?
    let error: TurnFailure?
    let model: String?
    let rating: Rating?
    let createdAt: Timestamp

    /// What is known of a turn's place beside its own row.
    struct Place {
        /// The nearest of the turn's versions, itself included, in their order.
        var versions: [UUIDv7]
        var supersededBy: UUIDv7?
        var isHidden = false
    }

    /// - Parameters:
    ///   - content: the event with the turn's words; nil while they are being written.
    ///   - shown: what watchers of a running turn have been shown.
    init(_ turn: TurnRow, _ place: Place, content: EventPayload?, sources: SourcesFrozen?, shown: String = "") {
        id = turn.id
        turnID = turn.id
        sessionID = turn.sessionID
        role = turn.role.rawValue
        speakerID = nil
        status = turn.status
        userTurnID = turn.userTurnID
        regeneratedFrom = turn.regeneratedFrom
        supersededBy = place.supersededBy
        interjectionOf = nil
        hidden = place.isHidden
        versions = place.versions
        rating = turn.rating
        createdAt = turn.createdAt
        self.sources = sources?.sources ?? []
        var user: UserMessage?
        var assistant: AssistantMessage?
        if case .userMessage(let message) = content { user = message }
        if case .assistantMessage(let message) = content { assistant = message }
        self.content = user?.content ?? assistant?.content ?? shown
        metadata = user?.metadata ?? [:]
        citations = assistant?.citations ?? []
        usage = assistant?.usage
        finishReason = assistant?.finishReason
        error = assistant?.failure
        model = assistant?.model
        truncated = assistant?.finishReason == .length
    }
}

extension MessageResource {
    /// An answer that was stopped and leaves nothing in the log.
    init(stopped stream: TurnStream) {
        let row = TurnRow(
            id: stream.turnID, sessionID: stream.sessionID, position: 0, role: .assistant, status: .stopped, createdAt: stream.createdAt)
        self.init(row, Place(versions: [row.id]), content: nil, sources: nil, shown: stream.text)
    }
}

struct LogEventResource: Codable {
    let seq: Int
    let kind: String
    let payload: JSONValue
    let group: UUIDv7?
    let createdAt: Timestamp
    let hash: String

    init(_ event: LogEvent) throws {
        seq = event.seq
        kind = event.kind.rawValue
        payload = try JSONParser.parse(event.payload, depthLimit: EventPayload.depthLimit)
        group = event.group
        createdAt = event.createdAt
        hash = event.hash.hex
    }
}

/// A line of a session by its name.
struct BranchResource: Codable {
    let name: String
    let sessionID: UUIDv7
    /// The turn that it was begun at.
    let turnID: UUIDv7?
    let headTurnID: UUIDv7?
    let current: Bool
    let createdAt: Timestamp

    init(_ branch: Branch, of session: SessionRow) {
        name = branch.name
        sessionID = session.id
        turnID = branch.turnID
        headTurnID = branch.headTurnID
        current = branch.name == session.branch
        createdAt = branch.createdAt
    }
}

/// The current line after it was changed.
struct LineResource: Codable {
    let sessionID: UUIDv7
    let branch: String
    /// The last turn of the line.
    let turnID: UUIDv7?
    let messageCount: Int
    /// The `seq` of the event that changed it; nil where nothing was to be changed.
    let eventID: Int?

    init(_ session: SessionRow, event: LogEvent?) {
        sessionID = session.id
        branch = session.branch
        turnID = session.headTurnID
        messageCount = session.messageCount
        eventID = event?.seq
    }
}

/// Two lines beside each other.
struct ComparisonResource: Codable {
    let name: String
    let with: String
    /// The last turn that both share.
    let turnID: UUIDv7?
    let shared: Int
    let messages: [MessageResource]
    let otherMessages: [MessageResource]
}
