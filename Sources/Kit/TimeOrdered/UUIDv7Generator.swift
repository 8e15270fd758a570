import Synchronization

/// Makes identifiers that grow: within one generator each is greater than the one before, also inside one millisecond and
/// when the clock steps back.
public final class UUIDv7Generator: Sendable {
    private struct State {
        var milliseconds: UInt64 = 0
        var counter: UInt64 = 0
    }

    private let clock: WallClock
    private let random: @Sendable () -> UInt64
    private let state = Mutex(State())

    /// - Parameters:
    ///   - clock: where the milliseconds come from.
    ///   - random: 64 random bits a call; tests give a seeded source.
    public init(clock: WallClock = .system, random: @escaping @Sendable () -> UInt64 = { .random(in: .min ... .max) }) {
        self.clock = clock
        self.random = random
    }

    public func next() -> UUIDv7 {
        let now = UInt64(max(0, clock.now().milliseconds))
        let (milliseconds, counter) = state.withLock { state in
            if now > state.milliseconds {
                state.milliseconds = now
                state.counter = 0
            } else {
                state.counter += 1
                if state.counter > 0xfff {
                    state.milliseconds += 1
                    state.counter = 0
                }
            }
            return (state.milliseconds, state.counter)
        }
        return UUIDv7(high: milliseconds << 16 | 0x7000 | counter, low: 0x8000_0000_0000_0000 | random() >> 2)
    }
}
