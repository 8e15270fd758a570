import Synchronization
package import TimeOrdered

/// A clock that stands still until it is moved.
package final class ManualClock: Sendable {
    private let time: Mutex<Timestamp>

    package init(_ start: Timestamp = Timestamp(milliseconds: 1_800_000_000_000)) { time = Mutex(start) }

    package var now: Timestamp { time.withLock { $0 } }

    package func advance(by milliseconds: Int64 = 1) { time.withLock { $0 = $0.advanced(by: milliseconds) } }

    package var wallClock: WallClock { WallClock { self.now } }
}
