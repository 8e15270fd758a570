import Synchronization

/// Tells watchers how far documents are. A slow watcher misses steps in between, never the last one.
package final class DocumentFeed: Sendable {
    private struct State {
        var nextWatcher = 0
        var watchers: [DocumentID: [Int: AsyncStream<Document>.Continuation]] = [:]
    }

    private let state = Mutex(State())

    package init() {}

    package func publish(_ document: Document) {
        let watchers = state.withLock { Array(($0.watchers[document.id] ?? [:]).values) }
        for watcher in watchers { watcher.yield(document) }
    }

    /// Changes from now on; ends with the caller's task.
    package func changes(of document: DocumentID) -> AsyncStream<Document> {
        let (stream, continuation) = AsyncStream.makeStream(of: Document.self, bufferingPolicy: .bufferingNewest(1))
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
