import Conversation
import Synchronization

/// Fails one of several calls.
final class ScriptedFailure: Sendable {
    private let left: Mutex<Int>

    /// - Parameter call: the call that fails, from 1.
    init(at call: Int) { left = Mutex(call) }

    func next() throws {
        let fails = left.withLock { left in
            left -= 1
            return left == 0
        }
        if fails { throw LogError.full }
    }
}
