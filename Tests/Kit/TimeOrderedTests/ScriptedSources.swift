import Synchronization
import TestSupport
import TimeOrdered

/// A clock that says the moments it was given, and then the last of them for ever.
final class ScriptedClock: Sendable {
    private let moments: Mutex<[Int64]>

    init(_ moments: [Int64]) { self.moments = Mutex(moments.reversed()) }

    var clock: WallClock {
        WallClock { Timestamp(milliseconds: self.moments.withLock { $0.count > 1 ? $0.removeLast() : $0.last ?? 0 }) }
    }
}

/// Random bits that several threads may draw.
final class SeededBits: Sendable {
    private let random: Mutex<SeededRandom>

    init(seed: UInt64) { random = Mutex(SeededRandom(seed: seed)) }

    func next() -> UInt64 { random.withLock { $0.next() } }
}
