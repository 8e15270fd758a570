package import Conversation
package import JSON

/// What watchers of a turn are told, in this order: `session`, `sources` (of an answer from documents), then deltas, citations and
/// chunks as they come, and exactly one of `done` and `failed`. The first event of a turn has number 1.
package enum TurnEvent: Sendable, Hashable {
    indirect case session(SessionOpened)
    indirect case sources(SourcesFrozen)
    case delta(String)
    indirect case citation(Citation)
    /// What a provider sent beside text, as it sent it.
    indirect case chunk(JSONValue)
    /// The text beyond this length, in Unicode scalars, was shown but did not survive.
    case truncate(length: Int)
    indirect case done(TurnDone)
    indirect case failed(TurnFailure)

    package var endsTurn: Bool {
        switch self {
        case .done, .failed: true
        default: false
        }
    }
}

package struct SessionOpened: Sendable, Hashable, Codable {
    package let sessionID: SessionID
    package let turnID: TurnID
    /// The session was made for this turn.
    package let created: Bool

    package init(sessionID: SessionID, turnID: TurnID, created: Bool) {
        self.sessionID = sessionID
        self.turnID = turnID
        self.created = created
    }
}

package struct TurnDone: Sendable, Hashable, Codable {
    package let done: Bool
    package let sessionID: SessionID
    package let turnID: TurnID
    package let finishReason: FinishReason
    package let cascadeTier: CascadeTier?
    package let usage: TokenUsage?
    package let timings: TurnTimings?

    package init(
        sessionID: SessionID, turnID: TurnID, finishReason: FinishReason, cascadeTier: CascadeTier?, usage: TokenUsage?,
        timings: TurnTimings?
    ) {
        done = true
        self.sessionID = sessionID
        self.turnID = turnID
        self.finishReason = finishReason
        self.cascadeTier = cascadeTier
        self.usage = usage
        self.timings = timings
    }
}
