/// The best of many scores: a heap whose worst stands first, so that most rows are turned away by one comparison.
struct BestRows {
    struct Row {
        let score: Float
        let block: Int32
        let row: Int32

        /// Of equal scores, the one found first is the better.
        func isWorse(than other: Row) -> Bool {
            score != other.score ? score < other.score : (block, row) > (other.block, other.row)
        }
    }

    private(set) var rows: [Row] = []
    private let limit: Int
    /// What a score must exceed.
    private(set) var threshold = -Float.infinity

    init(limit: Int) {
        self.limit = limit
        rows.reserveCapacity(limit)
    }

    mutating func insert(_ score: Float, block: Int, row: Int) {
        let new = Row(score: score, block: Int32(block), row: Int32(row))
        if rows.count < limit {
            rows.append(new)
            var at = rows.count - 1
            while at > 0, rows[at].isWorse(than: rows[(at - 1) / 2]) {
                rows.swapAt(at, (at - 1) / 2)
                at = (at - 1) / 2
            }
        } else {
            guard let worst = rows.first, worst.isWorse(than: new) else { return }
            rows[0] = new
            sink()
        }
        if rows.count == limit { threshold = rows[0].score }
    }

    private mutating func sink() {
        var at = 0
        while true {
            var worst = at
            for child in [2 * at + 1, 2 * at + 2] where child < rows.count && rows[child].isWorse(than: rows[worst]) { worst = child }
            if worst == at { return }
            rows.swapAt(at, worst)
            at = worst
        }
    }

    /// Best first.
    func sorted() -> [Row] { rows.sorted { $1.isWorse(than: $0) } }
}
