import Access
import Conversation
import Generation
import TimeOrdered

/// The sessions of a `LocalSessionCache` and what is known of those that lapsed. Every call drops first what lapsed until its `now`.
struct EphemeralShelf: Sendable {
    private struct Entry {
        let session: EphemeralSession
        let lapsesAt: Timestamp
        let bytes: Int
    }

    private struct Lapse {
        let userID: UserID
        let forgottenAt: Timestamp
    }

    private let limits: LocalSessionCache.Limits
    private var entries: [SessionID: Entry] = [:]
    private var order = UseOrder<SessionID>()
    private var ofUser: [UserID: Set<SessionID>] = [:]
    private var lapses: [SessionID: Lapse] = [:]
    private var lapseOrder = UseOrder<SessionID>()
    /// Lapsed since they were asked for.
    private var lapsedCount = 0
    private(set) var bytes = 0

    init(limits: LocalSessionCache.Limits) { self.limits = limits }

    var count: Int { entries.count }
    var lapseCount: Int { lapses.count }

    // MARK: Sessions

    mutating func session(_ id: SessionID, of user: UserID, _ now: Timestamp) -> EphemeralSession? {
        dropLapsed(now)
        guard let entry = entries[id], entry.session.userID == user else { return nil }
        guard entry.lapsesAt > now else {
            lapse(id, now)
            return nil
        }
        return entry.session
    }

    mutating func begin(_ session: EphemeralSession, _ now: Timestamp) throws(SessionCacheError) {
        dropLapsed(now)
        if let known = entries[session.id]?.session.userID ?? lapses[session.id]?.userID, known != session.userID { throw .taken }
        remove(session.id)
        forget(session.id)
        if let own = ofUser[session.userID], own.count >= max(1, limits.sessionsPerUser), let oldest = order.longestUnused(of: own) {
            lapse(oldest, now)
        }
        if entries.count >= max(1, limits.sessions), let oldest = order.longestUnused() { lapse(oldest, now) }
        put(session, now)
    }

    mutating func renew(_ id: SessionID, of user: UserID, _ now: Timestamp) -> EphemeralSession? {
        guard let session = session(id, of: user, now) else { return nil }
        put(session, now)
        return session
    }

    mutating func add(_ pair: DocumentPrompt.Pair?, to id: SessionID, of user: UserID, _ now: Timestamp) -> EphemeralSession? {
        guard var session = session(id, of: user, now) else { return nil }
        session.turnCount += 1
        session.lastTurnAt = now
        if let pair { session.pairs.append(pair) }
        session.pairs = kept(session.pairs)
        put(session, now)
        return session
    }

    mutating func end(_ id: SessionID, of user: UserID, _ now: Timestamp) -> Bool {
        guard session(id, of: user, now) != nil else { return false }
        remove(id)
        return true
    }

    mutating func wasEphemeral(_ id: SessionID, of user: UserID, _ now: Timestamp) -> Bool {
        guard session(id, of: user, now) == nil, let lapse = lapses[id] else { return false }
        return lapse.userID == user && lapse.forgottenAt > now
    }

    mutating func forgetLapsed(_ now: Timestamp) -> Int {
        dropLapsed(now)
        defer { lapsedCount = 0 }
        return lapsedCount
    }

    // MARK: Room

    private mutating func put(_ session: EphemeralSession, _ now: Timestamp) {
        remove(session.id)
        let entry = Entry(session: session, lapsesAt: now.advanced(by: limits.lifetime), bytes: cost(session))
        entries[session.id] = entry
        bytes += entry.bytes
        order.use(session.id)
        ofUser[session.userID, default: []].insert(session.id)
        while bytes > limits.bytes, let oldest = order.longestUnused(), oldest != session.id { lapse(oldest, now) }
    }

    /// The last pairs that have room in a session. An older one is never kept without the newer ones.
    private func kept(_ pairs: [DocumentPrompt.Pair]) -> [DocumentPrompt.Pair] {
        var room = min(limits.bytesPerSession, limits.bytes - LocalSessionCache.sessionOverhead)
        var kept: [DocumentPrompt.Pair] = []
        for pair in pairs.suffix(max(0, limits.pairs)).reversed() {
            room -= cost(pair)
            guard room >= 0 else { break }
            kept.append(pair)
        }
        return kept.reversed()
    }

    private func cost(_ pair: DocumentPrompt.Pair) -> Int {
        LocalSessionCache.pairOverhead + pair.user.utf8.count + pair.assistant.utf8.count
    }

    private func cost(_ session: EphemeralSession) -> Int {
        session.pairs.reduce(LocalSessionCache.sessionOverhead) { $0 + cost($1) }
    }

    private mutating func remove(_ id: SessionID) {
        guard let entry = entries.removeValue(forKey: id) else { return }
        bytes -= entry.bytes
        order.remove(id)
        let user = entry.session.userID
        ofUser[user]?.remove(id)
        if ofUser[user]?.isEmpty == true { ofUser[user] = nil }
    }

    // MARK: Lapsing

    private mutating func dropLapsed(_ now: Timestamp) {
        while let id = order.longestUnused(), let entry = entries[id], entry.lapsesAt <= now { lapse(id, now) }
        while let id = lapseOrder.longestUnused(), let known = lapses[id], known.forgottenAt <= now { forget(id) }
    }

    private mutating func lapse(_ id: SessionID, _ now: Timestamp) {
        guard let entry = entries[id] else { return }
        remove(id)
        lapsedCount += 1
        let forgottenAt = min(entry.lapsesAt, now).advanced(by: limits.remembrance)
        guard forgottenAt > now else { return }
        if lapses.count >= limits.lapses, let oldest = lapseOrder.longestUnused() { forget(oldest) }
        guard lapses.count < limits.lapses else { return }
        lapses[id] = Lapse(userID: entry.session.userID, forgottenAt: forgottenAt)
        lapseOrder.use(id)
    }

    private mutating func forget(_ id: SessionID) {
        lapses[id] = nil
        lapseOrder.remove(id)
    }
}
