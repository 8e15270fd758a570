import Synchronization

/// How far into the log the index is, and who waits for it.
final class IndexProgress: Sendable {
    /// Those who may wait at the same time; others go on with what there is.
    private static let waiterLimit = 10_000

    private struct Waiter {
        let position: Int64
        let continuation: CheckedContinuation<Void, Never>
    }

    private struct State {
        var position: Int64
        var isClosed = false
        var nextWaiter = 0
        var waiters: [Int: Waiter] = [:]
    }

    private let state: Mutex<State>

    init(position: Int64) { state = Mutex(State(position: position)) }

    /// The last event that was looked at.
    var position: Int64 { state.withLock { $0.position } }

    func reach(_ position: Int64) {
        let waiters = state.withLock { state in
            state.position = position
            let reached = state.waiters.filter { $0.value.position <= position }
            for id in reached.keys { state.waiters[id] = nil }
            return reached.values.map(\.continuation)
        }
        for waiter in waiters { waiter.resume() }
    }

    /// The index is empty again.
    func restart() { state.withLock { $0.position = 0 } }

    /// Nothing more is looked at: nobody waits for it.
    func close() {
        let waiters = state.withLock { state in
            state.isClosed = true
            defer { state.waiters = [:] }
            return state.waiters.values.map(\.continuation)
        }
        for waiter in waiters { waiter.resume() }
    }

    /// Waits until an event was looked at, the end of the index's work, or the end of the task.
    func wait(for position: Int64) async {
        let id = state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let passes = state.withLock { state in
                    if state.position >= position || state.isClosed || Task.isCancelled || state.waiters.count >= Self.waiterLimit { return true }
                    state.waiters[id] = Waiter(position: position, continuation: continuation)
                    return false
                }
                if passes { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiters.removeValue(forKey: id) }?.continuation.resume()
        }
    }
}
