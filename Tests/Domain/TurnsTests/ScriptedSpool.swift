import Conversation
import Synchronization
import Turns

/// A spool in memory that has room for so many writes.
final class ScriptedSpool: TurnSpool {
    private struct State {
        var written: [TurnID: [TurnEvent]] = [:]
        var released: [TurnID] = []
        var room: Int
    }

    private let left: [TurnID: [TurnEvent]]
    private let state: Mutex<State>

    /// - Parameters:
    ///   - left: what an earlier process left behind.
    ///   - room: writes that succeed; those after them fail.
    init(left: [TurnID: [TurnEvent]] = [:], room: Int = .max) {
        self.left = left
        state = Mutex(State(room: room))
    }

    var released: [TurnID] { state.withLock { $0.released } }

    func written(of turn: TurnID) -> [TurnEvent] { state.withLock { $0.written[turn] ?? [] } }

    func write(_ events: [TurnEvent], of turn: TurnID) throws {
        try state.withLock { state in
            guard state.room > 0 else { throw LogError.full }
            state.room -= 1
            state.written[turn, default: []] += events
        }
    }

    func release(_ turn: TurnID) { state.withLock { $0.released.append(turn) } }

    func recovered() -> [TurnID: [TurnEvent]] { left }
}
