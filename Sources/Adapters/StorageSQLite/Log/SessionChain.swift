import Conversation
import TimeOrdered

/// One session's events as they are read, in order, and what each is found to be.
struct SessionChain {
    /// What an event is found to be beside those before it.
    enum Finding: Hashable {
        case whole, changed
        /// What stands between the last event and this one is not there.
        case follows(missing: Range<Int>)
        /// No event can have this number here.
        case misplaced
    }

    /// Hashes that are carried where events in a row are damaged; a whole one brings them back to one.
    private static let carriedLimit = 16

    let session: UUIDv7
    /// What the next event may be chained to: the hash that is stored, and, where that does not belong to its event, the one that would.
    /// So a changed hash harms its own event alone. None where it cannot be known.
    private var carried: [EventHash]
    private var expected = 1

    init(session: UUIDv7) {
        self.session = session
        carried = [.beginning(of: session)]
    }

    mutating func next(_ event: StoredEvent) -> Finding {
        guard let seq = event.seq, seq >= expected else { return .misplaced }
        let missing = expected..<seq
        if !missing.isEmpty { carried = [] }
        expected = seq == .max ? seq : seq + 1
        let isWhole = follow(event)
        if !missing.isEmpty { return .follows(missing: missing) }
        return isWhole ? .whole : .changed
    }

    /// Whether it belongs to what was before, as far as that is known.
    private mutating func follow(_ event: StoredEvent) -> Bool {
        let computed = carried.compactMap { event.hash(after: $0) }
        guard let stored = event.hash else {
            carried = computed
            return false
        }
        if carried.isEmpty ? event.hash(after: stored) != nil : computed.contains(stored) {
            carried = [stored]
            return true
        }
        // Ordered by how many hashes in a row were changed; the last one is for all since the last whole event.
        let isLong = computed.count >= Self.carriedLimit
        carried = [stored] + (isLong ? Array(computed.prefix(Self.carriedLimit - 2)) + computed.suffix(1) : computed)
        return false
    }
}
