import Synchronization

/// Tells watchers how far documents are. A slow watcher misses steps in between, never the last one.
package final class DocumentFeed: Sendable {
    package enum Signal: Sendable {
        case changed(Document)
        /// Nothing new for a while: show that the connection is alive.
        case idle
    }

    private struct State {
        var nextWatcher = 0
        var watchers: [DocumentID: [Int: AsyncStream<Signal>.Continuation]] = [:]
    }

    private let state = Mutex(State())

    package init() {}

    package func publish(_ document: Document) {
        let watchers = state.withLock { Array(($0.watchers[document.id] ?? [:]).values) }
        for watcher in watchers { watcher.yield(.changed(document)) }
    }

    package func nudgeWatchers() {
        for watcher in state.withLock({ $0.watchers.values.flatMap(\.values) }) {
            // What waits to be taken is not lost to this.
            if case .dropped(let waiting) = watcher.yield(.idle) { watcher.yield(waiting) }
        }
    }

    /// Documents that somebody watches.
    package var watched: [DocumentID] { state.withLock { Array($0.watchers.keys) } }

    /// The document is gone: its watchers' streams end.
    package func end(_ document: DocumentID) {
        for watcher in state.withLock({ Array(($0.watchers[document] ?? [:]).values) }) { watcher.finish() }
    }

    /// Changes from now on; ends with the caller's task.
    package func signals(of document: DocumentID) -> AsyncStream<Signal> {
        let (stream, continuation) = AsyncStream.makeStream(of: Signal.self, bufferingPolicy: .bufferingNewest(1))
        let id = state.withLock { state in
            state.nextWatcher += 1
            state.watchers[document, default: [:]][state.nextWatcher] = continuation
            return state.nextWatcher
        }
        continuation.onTermination = { [weak self] _ in
            self?.state.withLock { state in
                state.watchers[document]?[id] = nil
                if state.watchers[document]?.isEmpty == true { state.watchers[document] = nil }
            }
        }
        return stream
    }
}
