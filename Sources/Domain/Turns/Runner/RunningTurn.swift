import Conversation
import Synchronization

/// A turn that is being run: its stream, and the way to end it.
package final class RunningTurn: Sendable {
    package let stream: TurnStream
    package let request: TurnRequest
    private let state = Mutex<(reason: TurnMachine.StopReason?, task: Task<Void, Never>?)>((nil, nil))

    init(stream: TurnStream, request: TurnRequest) {
        self.stream = stream
        self.request = request
    }

    var stopReason: TurnMachine.StopReason? { state.withLock { $0.reason } }

    var task: Task<Void, Never>? { state.withLock { $0.task } }

    func begin(_ task: Task<Void, Never>) {
        let stopped = state.withLock { state in
            state.task = task
            return state.reason != nil
        }
        if stopped { task.cancel() }
    }

    /// Ends the turn; the first reason counts.
    package func stop(_ reason: TurnMachine.StopReason) {
        let task = state.withLock { state in
            if state.reason == nil { state.reason = reason }
            return state.task
        }
        task?.cancel()
    }
}
