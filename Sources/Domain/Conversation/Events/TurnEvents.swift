package import JSON
package import TimeOrdered

package struct UserMessage: Sendable, Hashable, Codable {
    /// UTF-8 bytes of its words at the most: those of a request by the widest door, which is OpenAI's.
    package static let contentLimit = 32 << 20

    package let turnID: TurnID
    package let content: String
    package let metadata: JSONObject
    /// The whole request of a call through another door, where it says more than its last message.
    package let request: JSONObject?
    /// The message in whose place this one came, as it was edited; what followed that one follows this one no longer.
    package let supersedes: TurnID?
    /// How it was asked, so that it can be asked again.
    package let asked: Asked?

    package init(
        turnID: TurnID, content: String, metadata: JSONObject = [:], request: JSONObject? = nil, supersedes: TurnID? = nil, asked: Asked? = nil
    ) {
        self.turnID = turnID
        self.content = content
        self.metadata = metadata
        self.request = request
        self.supersedes = supersedes
        self.asked = asked
    }
}

/// What a question says beside its words; nil is the default of its time.
package struct Asked: Sendable, Hashable, Codable {
    package let collectionID: UUIDv7?
    package let creator: String?
    package let filters: JSONObject?
    package let topK: Int?
    package let model: String?
    package let temperature: Double?
    package let maxTokens: Int?

    package init(
        collectionID: UUIDv7? = nil, creator: String? = nil, filters: JSONObject? = nil, topK: Int? = nil, model: String? = nil,
        temperature: Double? = nil, maxTokens: Int? = nil
    ) {
        self.collectionID = collectionID
        self.creator = creator
        self.filters = filters
        self.topK = topK
        self.model = model
        self.temperature = temperature
        self.maxTokens = maxTokens
    }
}

/// An assistant's turn begins: its group opens.
package struct TurnOpened: Sendable, Hashable, Codable {
    package let turnID: TurnID
    package let userTurnID: TurnID
    /// The session was made for this turn.
    package let createsSession: Bool
    /// The answer in whose place this one comes, where the message before it stays.
    package let supersedes: TurnID?
    /// The answer that this one is another version of, also where its message was edited.
    package let regeneratedFrom: TurnID?
    /// It begins with the text of the answer that it is another version of, and goes on from there.
    package let continues: Bool?
    /// The model that was asked, where a request named one.
    package let model: String?
    /// What the model was told for this answer beside its usual instructions.
    package let instructions: String?

    package init(
        turnID: TurnID, userTurnID: TurnID, createsSession: Bool, supersedes: TurnID? = nil, regeneratedFrom: TurnID? = nil,
        continues: Bool? = nil, model: String? = nil, instructions: String? = nil
    ) {
        self.model = model
        self.turnID = turnID
        self.userTurnID = userTurnID
        self.createsSession = createsSession
        self.supersedes = supersedes
        self.regeneratedFrom = regeneratedFrom
        self.continues = continues
        self.instructions = instructions
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
    /// UTF-8 bytes of its text at the most. An answer is ended by the piece with which it has more than a turn may have, and a provider's
    /// whole answer, of 8 MiB at the most, is one piece.
    package static let contentLimit = 16 << 20
    /// Events of one answer's stream at the most: an answer is ended long before.
    package static let stepLimit = 1_000_000
    /// Citations of one answer at the most.
    package static let citationLimit = 200_000

    package let turnID: TurnID
    package let userTurnID: TurnID
    package let content: String
    package let status: TurnStatus
    package let finishReason: FinishReason?
    package let failure: TurnFailure?
    package let model: String?
    /// Which wording of the instructions the model was given; nil where it was given none.
    package let promptVersion: String?
    package let citations: [Citation]
    package let recording: StreamRecording
    package let usage: TokenUsage?
    package let timings: TurnTimings?

    package init(
        turnID: TurnID, userTurnID: TurnID, content: String, status: TurnStatus, finishReason: FinishReason?, failure: TurnFailure?,
        model: String?, promptVersion: String? = nil, citations: [Citation], recording: StreamRecording, usage: TokenUsage?,
        timings: TurnTimings?
    ) {
        self.turnID = turnID
        self.userTurnID = userTurnID
        self.content = content
        self.status = status
        self.finishReason = finishReason
        self.failure = failure
        self.model = model
        self.promptVersion = promptVersion
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

/// A turn with all that belongs to it is left out of prompts, or taken in again.
package struct TurnHidden: Sendable, Hashable, Codable {
    package let turnID: TurnID
    package let hidden: Bool

    package init(turnID: TurnID, hidden: Bool) {
        self.turnID = turnID
        self.hidden = hidden
    }
}

/// What a person thinks of an answer.
package enum Rating: String, Sendable, Hashable, Codable, CaseIterable {
    case up, down
}

/// A person said what they think of an answer; the last word counts. It happened, and stays where the answer is superseded.
package struct TurnRated: Sendable, Hashable, Codable {
    package let turnID: TurnID
    /// Nil takes it back.
    package let rating: Rating?
    package let reason: String?
    package let text: String?

    package init(turnID: TurnID, rating: Rating?, reason: String? = nil, text: String? = nil) {
        self.turnID = turnID
        self.rating = rating
        self.reason = reason
        self.text = text
    }
}

/// A better title was made from an answer and its question; it holds while they are on the line.
package struct TitleMade: Sendable, Hashable, Codable {
    package let turnID: TurnID
    package let title: String

    package init(turnID: TurnID, title: String) {
        self.turnID = turnID
        self.title = title
    }
}
