package import Conversation

/// Why a session's line stays as it is.
package enum LineRefusal: Error, Sendable, Hashable {
    /// The turn is not on the current line.
    case notOnLine
    /// The event is no rewinding of the current line.
    case notRewound
    case noSuchBranch
    case nameTaken
    case tooManyBranches(limit: Int)
    /// The main line keeps its name.
    case mainKeepsItsName
    /// Only an answer that was cut off is gone on with.
    case notCutOff
    /// A message without an answer is answered only where it is the last one.
    case notAnswered
    /// The turn is not over.
    case stillRunning(TurnID)
}
