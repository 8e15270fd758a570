/// Keys by their last use. Each use, and each look at the one that is longest unused, takes the same time however many there are, on average.
struct UseOrder<Key: Hashable & Sendable>: Sendable {
    /// Of each key, the number of its last use.
    private var uses: [Key: UInt64] = [:]
    /// All uses since the last tidying, in their order; those that are not a key's last count for nothing.
    private var queue: [(key: Key, use: UInt64)] = []
    private var head = 0
    private var lastUse: UInt64 = 0

    mutating func use(_ key: Key) {
        lastUse += 1
        uses[key] = lastUse
        queue.append((key, lastUse))
        guard queue.count > 2 * uses.count + 64 else { return }
        queue = queue[head...].filter { uses[$0.key] == $0.use }
        head = 0
    }

    mutating func remove(_ key: Key) { uses[key] = nil }

    mutating func longestUnused() -> Key? {
        while head < queue.count {
            let first = queue[head]
            if uses[first.key] == first.use { return first.key }
            head += 1
        }
        return nil
    }

    func longestUnused(of keys: some Sequence<Key>) -> Key? { keys.min { (uses[$0] ?? 0) < (uses[$1] ?? 0) } }
}
