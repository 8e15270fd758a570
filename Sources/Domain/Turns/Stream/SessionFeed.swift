package import Conversation
import ServiceLifecycle
import Synchronization

/// Tells watchers of sessions that there is something new in a log; what it is they read there, from their own cursor.
package final class SessionFeed: Service {
    package enum Signal: Sendable {
        case changed
        /// Nothing new for a while: show that the connection is alive.
        case idle
    }

    private struct State {
        var nextWatcher = 0
        var watchers: [SessionID: [Int: AsyncStream<Signal>.Continuation]] = [:]
        var closed = false
    }

    private let state = Mutex(State())

    private let logged: @Sendable () -> Void

    /// - Parameter logged: told whenever something was appended to a log, whoever watches it.
    package init(logged: @escaping @Sendable () -> Void = {}) { self.logged = logged }

    package func changed(_ session: SessionID) {
        logged()
        for watcher in state.withLock({ Array(($0.watchers[session] ?? [:]).values) }) { watcher.yield(.changed) }
    }

    package func nudgeWatchers() {
        for watcher in state.withLock({ $0.watchers.values.flatMap(\.values) }) { watcher.yield(.idle) }
    }

    /// How many watch, over all sessions.
    package var watcherCount: Int { state.withLock { $0.watchers.values.reduce(0) { $0 + $1.count } } }

    /// Signals from now on; several that nobody has taken yet become one.
    package func signals(of session: SessionID) -> AsyncStream<Signal> {
        let (stream, continuation) = AsyncStream.makeStream(of: Signal.self, bufferingPolicy: .bufferingOldest(1))
        let id = state.withLock { state -> Int? in
            guard !state.closed else { return nil }
            state.nextWatcher += 1
            state.watchers[session, default: [:]][state.nextWatcher] = continuation
            return state.nextWatcher
        }
        guard let id else {
            continuation.finish()
            return stream
        }
        continuation.onTermination = { [weak self] _ in
            self?.state.withLock { state in
                state.watchers[session]?[id] = nil
                if state.watchers[session]?.isEmpty == true { state.watchers[session] = nil }
            }
        }
        return stream
    }

    /// Ends every watcher when the server goes down.
    package func run() async throws {
        try? await gracefulShutdown()  // reason: cancellation means the same as shutdown here
        let watchers = state.withLock { state in
            state.closed = true
            return state.watchers.values.flatMap(\.values)
        }
        for watcher in watchers { watcher.finish() }
    }
}
