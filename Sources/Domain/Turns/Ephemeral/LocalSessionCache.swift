package import Access
package import Conversation
package import Generation
package import Retrieval
import Synchronization
package import TimeOrdered

/// Ephemeral sessions in this process's memory, which a restart empties. Where a limit is reached, the session that is longest unused
/// lapses before its time.
package final class LocalSessionCache: SessionCache {
    package struct Limits: Sendable {
        /// Turn pairs that a session remembers.
        package var pairs = 10
        /// Milliseconds from a session's last use to its lapse.
        package var lifetime: Int64 = 3_600_000
        /// In all.
        package var sessions = 10_000
        package var sessionsPerUser = 100
        /// Of a session's pairs: older ones make room for newer ones, and one that is larger by itself is not remembered.
        package var bytesPerSession = 1 << 20
        /// Of all sessions, with what each takes beside its text.
        package var bytes = 256 << 20
        /// Ids of lapsed sessions that are known.
        package var lapses = 100_000
        /// Milliseconds for which they are.
        package var remembrance: Int64 = 24 * 3_600_000

        package init() {}
    }

    /// How much of its limits it uses.
    package struct Size: Sendable, Hashable {
        package let sessions: Int
        package let bytes: Int
        package let lapses: Int

        package init(sessions: Int, bytes: Int, lapses: Int) {
            self.sessions = sessions
            self.bytes = bytes
            self.lapses = lapses
        }
    }

    /// Bytes that a session, and a pair in it, is taken to need beside its text.
    package static let sessionOverhead = 512
    package static let pairOverhead = 64

    private let clock: WallClock
    private let shelf: Mutex<EphemeralShelf>

    package init(limits: Limits = Limits(), clock: WallClock = .system) {
        self.clock = clock
        shelf = Mutex(EphemeralShelf(limits: limits))
    }

    package func session(_ id: SessionID, of user: UserID) -> EphemeralSession? {
        let now = clock.now()
        return shelf.withLock { $0.session(id, of: user, now) }
    }

    package func begin(_ id: SessionID, of user: UserID, collection: CollectionID?) throws -> EphemeralSession {
        let now = clock.now()
        let session = EphemeralSession(id: id, userID: user, collectionID: collection, createdAt: now)
        try shelf.withLock { try $0.begin(session, now) }
        return session
    }

    package func renew(_ id: SessionID, of user: UserID) -> EphemeralSession? {
        let now = clock.now()
        return shelf.withLock { $0.renew(id, of: user, now) }
    }

    package func add(_ pair: DocumentPrompt.Pair?, to id: SessionID, of user: UserID) -> EphemeralSession? {
        let now = clock.now()
        return shelf.withLock { $0.add(pair, to: id, of: user, now) }
    }

    package func end(_ id: SessionID, of user: UserID) -> Bool {
        let now = clock.now()
        return shelf.withLock { $0.end(id, of: user, now) }
    }

    package func wasEphemeral(_ id: SessionID, of user: UserID) -> Bool {
        let now = clock.now()
        return shelf.withLock { $0.wasEphemeral(id, of: user, now) }
    }

    package func forgetLapsed() -> Int {
        let now = clock.now()
        return shelf.withLock { $0.forgetLapsed(now) }
    }

    /// What it holds now.
    package var size: Size { shelf.withLock { Size(sessions: $0.count, bytes: $0.bytes, lapses: $0.lapseCount) } }
}
