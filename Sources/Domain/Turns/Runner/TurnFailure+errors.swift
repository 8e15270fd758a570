import Conversation
import Retrieval

/// What a turn's watchers are told of an error: nothing of the inside.
extension TurnFailure {
    static let broken = TurnFailure(code: "internal_error", message: "The turn ended without an answer.", retryable: true)

    init(_ error: any Error) {
        switch error {
        case let failure as TurnFailure: self = failure
        case LogError.full:
            self.init(code: "storage_full", message: "The server has no room to store the turn.", retryable: true)
        case LogError.noSession:
            self.init(code: "not_found", message: "The session was deleted.", retryable: false)
        case is LogError:
            self.init(code: "storage_unavailable", message: "The turn could not be stored.", retryable: true)
        case RetrievalError.noSuchCollection:
            self.init(code: "not_found", message: "There is no such collection.", retryable: false)
        case LineRefusal.notAnswered:
            self.init(code: "not_last", message: "The line has moved on from the message meanwhile.", retryable: false)
        default: self = .broken
        }
    }
}
