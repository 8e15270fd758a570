package import JSON
package import TimeOrdered

package typealias SessionID = UUIDv7
package typealias TurnID = UUIDv7
package typealias GroupID = UUIDv7

package enum SessionKind: String, Sendable, Codable, CaseIterable {
    case chat, scene, api
    /// A workspace's own log: who changed what in it. It belongs to no user, so no user's list or search finds it.
    case workspace
}

/// How a turn stands.
package enum TurnStatus: String, Sendable, Codable, CaseIterable {
    case generating, complete, stopped, interrupted, failed
}

package enum FinishReason: String, Sendable, Codable, CaseIterable {
    case stop, length, stopped, interrupted
}

/// Tokens, as the provider counted them.
package struct TokenUsage: Sendable, Hashable, Codable {
    package var promptTokens: Int
    package var completionTokens: Int
    package var totalTokens: Int

    package init(promptTokens: Int, completionTokens: Int) {
        self.promptTokens = promptTokens
        self.completionTokens = completionTokens
        let (sum, overflow) = promptTokens.addingReportingOverflow(completionTokens)
        totalTokens = overflow ? .max : sum
    }
}

/// Milliseconds from the request to each step of a turn.
package struct TurnTimings: Sendable, Hashable, Codable {
    package var retrievalMs: Double?
    package var firstDeltaMs: Double?
    package var totalMs: Double

    package init(retrievalMs: Double? = nil, firstDeltaMs: Double? = nil, totalMs: Double) {
        self.retrievalMs = retrievalMs
        self.firstDeltaMs = firstDeltaMs
        self.totalMs = totalMs
    }
}

/// Why a turn ended without an answer.
package struct TurnFailure: Error, Sendable, Hashable, Codable {
    package let code: String
    package let message: String
    package let retryable: Bool

    package init(code: String, message: String, retryable: Bool) {
        self.code = code
        self.message = message
        self.retryable = retryable
    }
}

package struct SessionCreated: Sendable, Hashable, Codable {
    package let userID: UUIDv7
    package let workspaceID: UUIDv7
    package let kind: SessionKind
    package let title: String
    package let collectionID: UUIDv7?
    package let metadata: JSONObject

    package init(userID: UUIDv7, workspaceID: UUIDv7, kind: SessionKind, title: String, collectionID: UUIDv7?, metadata: JSONObject) {
        self.userID = userID
        self.workspaceID = workspaceID
        self.kind = kind
        self.title = title
        self.collectionID = collectionID
        self.metadata = metadata
    }
}

/// What was changed of a session; nil is "left as it was".
package struct SessionUpdated: Sendable, Hashable, Codable {
    package var title: String?
    package var metadata: JSONObject?
    package var archived: Bool?
    package var pinned: Bool?
    /// The collection was deleted.
    package var leavesCollection: Bool?

    package init(
        title: String? = nil, metadata: JSONObject? = nil, archived: Bool? = nil, pinned: Bool? = nil, leavesCollection: Bool? = nil
    ) {
        self.title = title
        self.metadata = metadata
        self.archived = archived
        self.pinned = pinned
        self.leavesCollection = leavesCollection
    }
}

package struct UserMessage: Sendable, Hashable, Codable {
    package let turnID: TurnID
    package let content: String
    package let metadata: JSONObject
    /// The whole request of a call through another door, where it says more than its last message.
    package let request: JSONObject?

    package init(turnID: TurnID, content: String, metadata: JSONObject = [:], request: JSONObject? = nil) {
        self.turnID = turnID
        self.content = content
        self.metadata = metadata
        self.request = request
    }
}

/// An assistant's turn begins: its group opens.
package struct TurnOpened: Sendable, Hashable, Codable {
    package let turnID: TurnID
    package let userTurnID: TurnID
    /// The session was made for this turn.
    package let createsSession: Bool

    package init(turnID: TurnID, userTurnID: TurnID, createsSession: Bool) {
        self.turnID = turnID
        self.userTurnID = userTurnID
        self.createsSession = createsSession
    }
}

package struct SourcesFrozen: Sendable, Hashable, Codable {
    package let turnID: TurnID
    package let cascadeTier: CascadeTier
    /// How sure it was that the sources hold an answer, 0–1.
    package let evidence: Double?
    package let sources: [Source]

    package init(turnID: TurnID, cascadeTier: CascadeTier, evidence: Double? = nil, sources: [Source]) {
        self.turnID = turnID
        self.cascadeTier = cascadeTier
        self.evidence = evidence
        self.sources = sources
    }
}

/// An assistant's turn as it ended, whole: its text and all that is needed to stream it again event by event.
package struct AssistantMessage: Sendable, Hashable, Codable {
    package let turnID: TurnID
    package let userTurnID: TurnID
    package let content: String
    package let status: TurnStatus
    package let finishReason: FinishReason?
    package let failure: TurnFailure?
    package let model: String?
    package let citations: [Citation]
    package let recording: StreamRecording
    package let usage: TokenUsage?
    package let timings: TurnTimings?

    package init(
        turnID: TurnID, userTurnID: TurnID, content: String, status: TurnStatus, finishReason: FinishReason?, failure: TurnFailure?,
        model: String?, citations: [Citation], recording: StreamRecording, usage: TokenUsage?, timings: TurnTimings?
    ) {
        self.turnID = turnID
        self.userTurnID = userTurnID
        self.content = content
        self.status = status
        self.finishReason = finishReason
        self.failure = failure
        self.model = model
        self.citations = citations
        self.recording = recording
        self.usage = usage
        self.timings = timings
    }
}

/// The order in which a turn's answer left, so that its stream can be given again byte for byte.
package struct StreamRecording: Sendable, Hashable, Codable {
    /// One number an event: how many UTF-8 bytes of the text a delta had, or one of the marks below.
    package var steps: [Int]
    /// What a provider sent beside text (tool calls, log probabilities), as it was sent.
    package var chunks: [JSONValue]

    /// The next citation left here.
    package static let citation = 0
    /// The next chunk left here.
    package static let chunk = -1

    package init(steps: [Int] = [], chunks: [JSONValue] = []) {
        self.steps = steps
        self.chunks = chunks
    }
}

package struct GroupClosed: Sendable, Hashable, Codable {
    package let outcome: TurnStatus

    package init(outcome: TurnStatus) { self.outcome = outcome }
}

/// What happened.
package enum EventPayload: Sendable, Hashable {
    case sessionCreated(SessionCreated)
    case sessionUpdated(SessionUpdated)
    case userMessage(UserMessage)
    case turnOpened(TurnOpened)
    case sourcesFrozen(SourcesFrozen)
    case assistantMessage(AssistantMessage)
    case groupClosed(GroupClosed)
    case audit(AuditRecord)
}

/// The names of what can happen, as they stand in the log.
package enum EventKind: String, Sendable, CaseIterable {
    case sessionCreated = "session.created"
    case sessionUpdated = "session.updated"
    case userMessage = "message.user"
    case turnOpened = "turn.opened"
    case sourcesFrozen = "sources.frozen"
    case assistantMessage = "message.assistant"
    case groupClosed = "group.closed"
    case audit
}

extension EventPayload {
    package var kind: EventKind {
        switch self {
        case .sessionCreated: .sessionCreated
        case .sessionUpdated: .sessionUpdated
        case .userMessage: .userMessage
        case .turnOpened: .turnOpened
        case .sourcesFrozen: .sourcesFrozen
        case .assistantMessage: .assistantMessage
        case .groupClosed: .groupClosed
        case .audit: .audit
        }
    }

    /// The bytes that are stored and hashed.
    package func encoded() throws -> [UInt8] {
        switch self {
        case .sessionCreated(let value): try encodeJSON(value, nils: .omitted)
        case .sessionUpdated(let value): try encodeJSON(value, nils: .omitted)
        case .userMessage(let value): try encodeJSON(value, nils: .omitted)
        case .turnOpened(let value): try encodeJSON(value, nils: .omitted)
        case .sourcesFrozen(let value): try encodeJSON(value, nils: .omitted)
        case .assistantMessage(let value): try encodeJSON(value, nils: .omitted)
        case .groupClosed(let value): try encodeJSON(value, nils: .omitted)
        case .audit(let value): try encodeJSON(value, nils: .omitted)
        }
    }

    /// A request or a provider's chunk may nest as deep as JSON is read at all, and stands some levels down in its event.
    package static let depthLimit = JSONParser.defaultDepthLimit + 8

    package init(kind: EventKind, bytes: [UInt8]) throws {
        let value = try JSONParser.parse(bytes, depthLimit: Self.depthLimit)
        switch kind {
        case .sessionCreated: self = .sessionCreated(try decodeJSON(SessionCreated.self, from: value))
        case .sessionUpdated: self = .sessionUpdated(try decodeJSON(SessionUpdated.self, from: value))
        case .userMessage: self = .userMessage(try decodeJSON(UserMessage.self, from: value))
        case .turnOpened: self = .turnOpened(try decodeJSON(TurnOpened.self, from: value))
        case .sourcesFrozen: self = .sourcesFrozen(try decodeJSON(SourcesFrozen.self, from: value))
        case .assistantMessage: self = .assistantMessage(try decodeJSON(AssistantMessage.self, from: value))
        case .groupClosed: self = .groupClosed(try decodeJSON(GroupClosed.self, from: value))
        case .audit: self = .audit(try decodeJSON(AuditRecord.self, from: value))
        }
    }
}
