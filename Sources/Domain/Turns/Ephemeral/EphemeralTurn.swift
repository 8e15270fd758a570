package import Conversation
import Generation

/// A turn of a session that leaves nothing in the log.
package struct EphemeralTurn: Sendable {
    package let sessionID: SessionID
    /// The session begins with it.
    package let isFirst: Bool
    private let cache: any SessionCache
    private let session: EphemeralSession

    package init(_ session: EphemeralSession, in cache: any SessionCache) {
        self.session = session
        self.cache = cache
        sessionID = session.id
        isFirst = session.turnCount == 0
    }

    /// The turn is over.
    /// - Parameter pair: what is remembered of it; nil where there was no answer.
    func end(with pair: DocumentPrompt.Pair?) async {
        // reason: a session that has ended meanwhile keeps nothing, and of one whose cache is away nothing can be kept
        _ = try? await cache.add(pair, to: session.id, of: session.userID)
    }
}
