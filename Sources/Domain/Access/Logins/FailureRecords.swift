import Synchronization
import TimeOrdered

/// Lets through so many records of failed logins that nobody fills the disk by guessing; the others are counted.
final class FailureRecords: Sendable {
    private static let burst = 20
    private static let interval: Int64 = 30_000

    private struct State {
        var rate = RateTable<Int>(burst: burst, interval: interval, limit: 1)
        var left = 0
    }

    private let state = Mutex(State())

    /// How many failures went unrecorded before this one, which is to be recorded; nil where it is not.
    func next(_ now: Timestamp) -> Int? {
        state.withLock { state in
            guard state.rate.wait(0, now) == 0 else {
                state.left += 1
                return nil
            }
            state.rate.take(0, now)
            defer { state.left = 0 }
            return state.left
        }
    }
}
