/// Keeps the best scores seen: a binary heap with the weakest of them on top. Among equal scores the lower slot is better.
struct SmallestFirst {
    private let capacity: Int
    private var items: [(score: Float, slot: UInt32)] = []

    init(capacity: Int) {
        self.capacity = capacity
        items.reserveCapacity(min(capacity, 1_024))
    }

    /// The weakest score kept; minus infinity while there is room.
    var smallest: Float { items.count < capacity ? -.infinity : items[0].score }

    /// Best first.
    var descending: [(score: Float, slot: UInt32)] { items.sorted { Self.isWeaker($1, $0) } }

    mutating func offer(_ score: Float, _ slot: UInt32) {
        if items.count < capacity {
            items.append((score, slot))
            siftUp(items.count - 1)
        } else if Self.isWeaker(items[0], (score, slot)) {
            items[0] = (score, slot)
            siftDown(0)
        }
    }

    private static func isWeaker(_ left: (score: Float, slot: UInt32), _ right: (score: Float, slot: UInt32)) -> Bool {
        left.score == right.score ? left.slot > right.slot : left.score < right.score
    }

    private mutating func siftUp(_ start: Int) {
        var index = start
        while index > 0, Self.isWeaker(items[index], items[(index - 1) / 2]) {
            items.swapAt(index, (index - 1) / 2)
            index = (index - 1) / 2
        }
    }

    private mutating func siftDown(_ start: Int) {
        var index = start
        while true {
            var weakest = index
            for child in [2 * index + 1, 2 * index + 2] where child < items.count && Self.isWeaker(items[child], items[weakest]) {
                weakest = child
            }
            if weakest == index { return }
            items.swapAt(index, weakest)
            index = weakest
        }
    }
}
