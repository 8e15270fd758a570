import Synchronization

/// An endpoint that somebody has just waited for in vain is not waited for again at once.
final class Outage: Sendable {
    static let pause: Duration = .seconds(10)

    private let now: @Sendable () -> ContinuousClock.Instant
    private let end = Mutex<ContinuousClock.Instant?>(nil)

    init(now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }) { self.now = now }

    var isOn: Bool { end.withLock { $0.map { now() < $0 } ?? false } }

    func begin() { end.withLock { $0 = now() + Self.pause } }
}
