import Conversation
import DocumentText
import JSON
import Retrieval
import SchemaReflection
import TimeOrdered
import Turns

/// A collection as clients see it.
struct CollectionResource: Codable {
    let id: UUIDv7
    let name: String
    let description: String
    let ownerID: UUIDv7
    let visibility: Retrieval.Collection.Visibility
    let readers: [UUIDv7]
    let documentCount: Int
    let createdAt: Timestamp
    let updatedAt: Timestamp

    init(_ collection: Retrieval.Collection) {
        id = collection.id
        name = collection.name
        description = collection.description
        ownerID = collection.ownerID
        visibility = collection.visibility
        readers = collection.readers
        documentCount = collection.documentCount
        createdAt = collection.createdAt
        updatedAt = collection.updatedAt
    }
}

/// A document as clients see it.
struct DocumentResource: Codable {
    let id: UUIDv7
    let collectionID: UUIDv7
    let title: String
    let filename: String?
    let mediaType: String
    let size: Int
    let metadata: JSONObject
    let status: Document.Status
    let progress: Double
    let error: DocumentFailure?
    let chunkCount: Int
    let pageCount: Int?
    let createdAt: Timestamp
    let updatedAt: Timestamp

    init(_ document: Document) {
        id = document.id
        collectionID = document.collectionID
        title = document.title
        filename = document.filename
        mediaType = document.mediaType
        size = document.size
        metadata = document.metadata
        status = document.status
        progress = document.progress
        error = document.error.map(DocumentFailure.init)
        chunkCount = document.chunkCount
        pageCount = document.pageCount
        createdAt = document.createdAt
        updatedAt = document.updatedAt
    }
}

/// Why a document could not be read, as clients see it.
struct DocumentFailure: Codable, SchemaFields {
    static let schemaName = "DocumentError"
    static let fields: [String: FieldRule] = [
        "code": .note("Stable, snake_case."), "message": .note("For people: what is wrong and what to do."),
    ]

    let code: String
    let message: String

    init(_ error: DocumentError) {
        code = error.code
        message = error.message
    }
}

struct ChunkResource: Codable {
    let id: UUIDv7
    let documentID: UUIDv7
    let position: Int
    let content: String
    let sectionHeading: String?
    let sectionAnchor: String?
    let page: Int?
    let start: Int
    let end: Int

    init(_ chunk: Chunk) {
        id = chunk.id
        documentID = chunk.documentID
        position = chunk.position
        content = chunk.text
        sectionHeading = chunk.heading
        sectionAnchor = chunk.anchor
        page = chunk.page
        start = chunk.start
        end = chunk.end
    }
}

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
        branch = "main"
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
    let createdAt: Timestamp

    /// - Parameters:
    ///   - content: the event with the turn's words; nil while they are being written.
    ///   - shown: what watchers of a running turn have been shown.
    init(_ turn: TurnRow, content: EventPayload?, sources: SourcesFrozen?, shown: String = "") {
        id = turn.id
        turnID = turn.id
        sessionID = turn.sessionID
        role = turn.role.rawValue
        speakerID = nil
        status = turn.status
        userTurnID = turn.userTurnID
        regeneratedFrom = nil
        supersededBy = nil
        interjectionOf = nil
        hidden = false
        versions = [turn.id]
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
