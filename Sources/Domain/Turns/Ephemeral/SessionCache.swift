package import Access
package import Conversation
package import Generation
package import Retrieval

/// Why a cache could not do it.
package enum SessionCacheError: Error, Sendable, Hashable {
    /// Somebody else has a session under this id.
    case taken
    /// It may later.
    case unavailable(reason: String)
}

/// Where ephemeral sessions live, and nowhere else. One lapses at its lifetime's end after it was last used, or earlier where a limit needs
/// its room; what is said in it is gone then. All of it is a user's own: whoever asks for another's finds nothing.
package protocol SessionCache: Sendable {
    /// Does not keep it from lapsing. Nil where there is none, or no longer.
    func session(_ id: SessionID, of user: UserID) async throws -> EphemeralSession?

    /// Begins a session without turns, also in the place of one that the user has under this id.
    /// - Throws: `SessionCacheError.taken`.
    func begin(_ id: SessionID, of user: UserID, collection: CollectionID?) async throws -> EphemeralSession

    /// A turn begins: its session's lifetime begins anew, so that it does not lapse meanwhile.
    func renew(_ id: SessionID, of user: UserID) async throws -> EphemeralSession?

    /// A turn ended: its session's lifetime begins anew.
    /// - Parameter pair: what is remembered of it; nil where there was no answer.
    /// - Returns: the session with it; nil where it ended or lapsed meanwhile, and nothing is kept.
    func add(_ pair: DocumentPrompt.Pair?, to id: SessionID, of user: UserID) async throws -> EphemeralSession?

    /// Forgets a session at once. It is not known as one that lapsed either.
    /// - Returns: whether there was one.
    func end(_ id: SessionID, of user: UserID) async throws -> Bool

    /// Whether the user had a session under this id that lapsed not too long ago: it starts anew, under a new id, where one that never was
    /// is not found.
    func wasEphemeral(_ id: SessionID, of user: UserID) async throws -> Bool

    /// Gives back the room of what lapsed. What lapsed is not found whether this is called or not.
    /// - Returns: how many sessions lapsed since the last time.
    func forgetLapsed() async throws -> Int
}
