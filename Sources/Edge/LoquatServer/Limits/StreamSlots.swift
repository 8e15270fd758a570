import Synchronization
import TimeOrdered

/// How many event streams each credential has open.
final class StreamSlots: Sendable {
    private let open = Mutex<[UUIDv7: Int]>([:])

    /// Where there is no limit they are counted too: one may be set while they are open.
    fileprivate func take(_ credential: UUIDv7, limit: Int?) -> Bool {
        open.withLock { open in
            let count = open[credential, default: 0]
            if let limit, count >= limit { return false }
            open[credential] = count + 1
            return true
        }
    }

    fileprivate func giveBack(_ credential: UUIDv7) {
        open.withLock { open in
            let count = open[credential, default: 1]
            open[credential] = count > 1 ? count - 1 : nil
        }
    }

    func count(_ credential: UUIDv7) -> Int { open.withLock { $0[credential, default: 0] } }
}

/// One request's right to answer with a stream, taken once it is known that it will. Given back when the stream ends, or with this object.
final class StreamSlot: Sendable {
    /// That of the request which is being answered. A turn is asked for before anything of it is stored.
    @TaskLocal static var current: StreamSlot?

    private let slots: StreamSlots
    private let credential: UUIDv7
    private let limit: Int?
    private let isTaken = Mutex(false)

    /// - Parameter limit: nil for none.
    init(_ slots: StreamSlots, _ credential: UUIDv7, limit: Int?) {
        self.slots = slots
        self.credential = credential
        self.limit = limit
    }

    deinit { giveBack() }

    /// - Throws: 429 where too many are open.
    func take() throws(Problem) {
        let hasOne = isTaken.withLock { isTaken in
            if !isTaken { isTaken = slots.take(credential, limit: limit) }
            return isTaken
        }
        if !hasOne { throw .tooManyStreams(limit: limit ?? 0) }
    }

    func giveBack() {
        let wasTaken = isTaken.withLock { isTaken in
            defer { isTaken = false }
            return isTaken
        }
        if wasTaken { slots.giveBack(credential) }
    }
}
