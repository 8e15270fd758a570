import JSON
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

/// What happened.
package enum EventPayload: Sendable, Hashable {
    case sessionCreated(SessionCreated)
    case sessionUpdated(SessionUpdated)
    case userMessage(UserMessage)
    case turnOpened(TurnOpened)
    case sourcesFrozen(SourcesFrozen)
    case assistantMessage(AssistantMessage)
    case groupClosed(GroupClosed)
    case sessionShared(SessionShared)
    case sessionUnshared(SessionUnshared)
    case lineRewound(LineRewound)
    case lineRestored(LineRestored)
    case branchCreated(BranchCreated)
    case branchRenamed(BranchRenamed)
    case branchSwitched(BranchSwitched)
    case turnSelected(TurnSelected)
    case turnHidden(TurnHidden)
    case turnRated(TurnRated)
    case titleMade(TitleMade)
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
    case sessionShared = "session.shared"
    case sessionUnshared = "session.unshared"
    case lineRewound = "line.rewound"
    case lineRestored = "line.restored"
    case branchCreated = "branch.created"
    case branchRenamed = "branch.renamed"
    case branchSwitched = "branch.switched"
    case turnSelected = "turn.selected"
    case turnHidden = "turn.hidden"
    case turnRated = "turn.rated"
    case titleMade = "title.made"
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
        case .sessionShared: .sessionShared
        case .sessionUnshared: .sessionUnshared
        case .lineRewound: .lineRewound
        case .lineRestored: .lineRestored
        case .branchCreated: .branchCreated
        case .branchRenamed: .branchRenamed
        case .branchSwitched: .branchSwitched
        case .turnSelected: .turnSelected
        case .turnHidden: .turnHidden
        case .turnRated: .turnRated
        case .titleMade: .titleMade
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
        case .sessionShared(let value): try encodeJSON(value, nils: .omitted)
        case .sessionUnshared(let value): try encodeJSON(value, nils: .omitted)
        case .lineRewound(let value): try encodeJSON(value, nils: .omitted)
        case .lineRestored(let value): try encodeJSON(value, nils: .omitted)
        case .branchCreated(let value): try encodeJSON(value, nils: .omitted)
        case .branchRenamed(let value): try encodeJSON(value, nils: .omitted)
        case .branchSwitched(let value): try encodeJSON(value, nils: .omitted)
        case .turnSelected(let value): try encodeJSON(value, nils: .omitted)
        case .turnHidden(let value): try encodeJSON(value, nils: .omitted)
        case .turnRated(let value): try encodeJSON(value, nils: .omitted)
        case .titleMade(let value): try encodeJSON(value, nils: .omitted)
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
        case .sessionShared: self = .sessionShared(try decodeJSON(SessionShared.self, from: value))
        case .sessionUnshared: self = .sessionUnshared(try decodeJSON(SessionUnshared.self, from: value))
        case .lineRewound: self = .lineRewound(try decodeJSON(LineRewound.self, from: value))
        case .lineRestored: self = .lineRestored(try decodeJSON(LineRestored.self, from: value))
        case .branchCreated: self = .branchCreated(try decodeJSON(BranchCreated.self, from: value))
        case .branchRenamed: self = .branchRenamed(try decodeJSON(BranchRenamed.self, from: value))
        case .branchSwitched: self = .branchSwitched(try decodeJSON(BranchSwitched.self, from: value))
        case .turnSelected: self = .turnSelected(try decodeJSON(TurnSelected.self, from: value))
        case .turnHidden: self = .turnHidden(try decodeJSON(TurnHidden.self, from: value))
        case .turnRated: self = .turnRated(try decodeJSON(TurnRated.self, from: value))
        case .titleMade: self = .titleMade(try decodeJSON(TitleMade.self, from: value))
        case .audit: self = .audit(try decodeJSON(AuditRecord.self, from: value))
        }
    }
}
