/// Keeps the best scores seen: a binary heap with the weakest of them on top. Among equal scores the lower key is better.
struct SmallestFirst<Place> {
    struct Item {
        let score: Float
        let key: Int64
        /// Where the passage was found.
        let place: Place

        func isWeaker(than other: Self) -> Bool { score == other.score ? key > other.key : score < other.score }
    }

    private let capacity: Int
    private var items: [Item] = []

    init(capacity: Int, of _: Place.Type) {
        self.capacity = capacity
        items.reserveCapacity(min(capacity, 1_024))
    }

    /// The weakest score kept; minus infinity while there is room. What is weaker is not worth an offer.
    var smallest: Float { items.count < capacity ? -.infinity : items[0].score }

    /// Best first.
    var descending: [Item] { items.sorted { $1.isWeaker(than: $0) } }

    mutating func offer(_ score: Float, _ key: Int64, _ place: Place) {
        let new = Item(score: score, key: key, place: place)
        if items.count < capacity {
            items.append(new)
            siftUp(items.count - 1)
        } else if items[0].isWeaker(than: new) {
            items[0] = new
            siftDown(0)
        }
    }

    private mutating func siftUp(_ start: Int) {
        var index = start
        while index > 0, items[index].isWeaker(than: items[(index - 1) / 2]) {
            items.swapAt(index, (index - 1) / 2)
            index = (index - 1) / 2
        }
    }

    private mutating func siftDown(_ start: Int) {
        var index = start
        while true {
            var weakest = index
            for child in [2 * index + 1, 2 * index + 2] where child < items.count && items[child].isWeaker(than: items[weakest]) {
                weakest = child
            }
            if weakest == index { return }
            items.swapAt(index, weakest)
            index = weakest
        }
    }
}
