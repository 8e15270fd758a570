import TimeOrdered

/// Why the log could not be read or written.
package enum LogError: Error, Sendable, Hashable {
    /// There is no such session, or it was deleted.
    case noSession(SessionID)
    /// Events came after the last one that the batch was to follow.
    case changedMeanwhile
    /// The store has no room.
    case full
    /// The store could not do it; it may later.
    case unavailable(reason: String)
    /// What the log is kept in cannot be read any more, or only in part.
    case databaseDamaged
    /// An event is not what it was when it was written.
    case damaged(session: SessionID, seq: Int, reason: String)
}
