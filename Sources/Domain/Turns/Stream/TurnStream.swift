package import Conversation
import Synchronization
package import TimeOrdered

/// A running turn as its watchers see it: any number of them, each at its own place, none slowing another. The events are kept once,
/// and a watcher takes what is new when it has written what it had.
package final class TurnStream: Sendable {
    /// Events that a watcher takes at once: it has a copy of them while it writes, and one that writes slowly holds no more.
    private static let taken = 256

    private struct State {
        var events: [TurnEvent] = []
        var ended = false
        var nextWaiter = 0
        var waiters: [Int: CheckedContinuation<Void, Never>] = [:]
    }

    package let sessionID: SessionID
    package let turnID: TurnID
    package let createdAt: Timestamp
    private let state = Mutex(State())

    package init(sessionID: SessionID, turnID: TurnID, createdAt: Timestamp) {
        self.sessionID = sessionID
        self.turnID = turnID
        self.createdAt = createdAt
    }

    /// A turn that is over: watchers get all of it at once.
    package convenience init(_ record: TurnRecord, createdAt: Timestamp) {
        self.init(sessionID: record.sessionID, turnID: record.opened.turnID, createdAt: createdAt)
        publish(record.events)
    }

    package func publish(_ events: [TurnEvent]) {
        let waiters = state.withLock { state -> [CheckedContinuation<Void, Never>] in
            guard !state.ended else { return [] }
            state.events.append(contentsOf: events)
            state.ended = events.last?.endsTurn ?? false
            guard !state.waiters.isEmpty else { return [] }
            defer { state.waiters.removeAll(keepingCapacity: true) }
            return Array(state.waiters.values)
        }
        for waiter in waiters { waiter.resume() }
    }

    package var hasEnded: Bool { state.withLock { $0.ended } }

    /// The text shown so far.
    package var text: String {
        state.withLock { state in
            state.events.reduce(into: "") { text, event in if case .delta(let delta) = event { text += delta } }
        }
    }

    /// What to tell a watcher that was shown more than survived a lost machine: where the text ends, and the end.
    package func lostEvents(after count: Int) -> [TurnEvent]? {
        state.withLock { state in
            guard count > state.events.count, state.ended, let end = state.events.last else { return nil }
            let length = state.events.reduce(into: 0) { if case .delta(let text) = $1 { $0 += text.unicodeScalars.count } }
            return [.truncate(length: length), end]
        }
    }

    package var eventCount: Int { state.withLock { $0.events.count } }

    /// What a watcher that has seen `count` events is to do next.
    package enum Next: Sendable {
        case events([TurnEvent])
        /// Nothing new for a while: show that the connection is alive.
        case idle
        /// The turn is over, or the watcher's task was cancelled.
        case ended
    }

    /// The events after number `count`, as soon as there are any.
    package func next(after count: Int) async -> Next {
        if let ready = ready(after: count) { return ready }
        await wait(after: count)
        return ready(after: count) ?? (Task.isCancelled ? .ended : .idle)
    }

    private func ready(after count: Int) -> Next? {
        state.withLock { state in
            let start = max(0, count)
            if state.events.count > start { return .events(Array(state.events[start..<min(state.events.count, start + Self.taken)])) }
            return state.ended ? .ended : nil
        }
    }

    /// Lets watchers that wait know that time has passed.
    package func nudge() {
        let waiters = state.withLock { state in
            defer { state.waiters.removeAll(keepingCapacity: true) }
            return Array(state.waiters.values)
        }
        for waiter in waiters { waiter.resume() }
    }

    /// Waits until the turn is over, and returns all its events.
    package func waitUntilEnded() async -> [TurnEvent] {
        while !hasEnded, !Task.isCancelled { await wait(after: eventCount) }
        return state.withLock { $0.events }
    }

    private func wait(after count: Int) async {
        let id = state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let resumeNow = state.withLock { state in
                    if state.events.count > count || state.ended || Task.isCancelled { return true }
                    state.waiters[id] = continuation
                    return false
                }
                if resumeNow { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiters.removeValue(forKey: id) }?.resume()
        }
    }
}
