/// A block of vectors as a search reads it: where its columns are, and which of its rows belong together.
struct VectorBlock: @unchecked Sendable {
    /// Rows behind each other of one document: rights, filters and removals are decided for all of them at once.
    struct Run {
        let partition: Int64
        let document: Int64
        let rows: Range<Int>
        /// Its keys rise, as those of chunks do.
        let isRising: Bool
        var isLive = true
    }

    /// Keeps what the pointers point to.
    private let mapping: FileMapping
    let keys: UnsafePointer<Int64>
    let scales: UnsafePointer<Float>
    let codes: UnsafePointer<Int8>
    let vectors: UnsafePointer<Float>
    let rows: Int
    var runs: [Run]
    var liveRows: Int

    init(_ block: VectorFile.Block, in mapping: FileMapping, dimensions: Int) {
        let columns = VectorFileFormat.Columns(rows: block.rows, dimensions: dimensions)
        let start = mapping.start + block.place
        func column<Value>(_ offset: Int, _: Value.Type) -> UnsafePointer<Value> {
            (start + offset).assumingMemoryBound(to: Value.self)
        }
        self.mapping = mapping
        rows = block.rows
        liveRows = block.rows
        keys = column(columns.keys, Int64.self)
        scales = column(columns.scales, Float.self)
        codes = column(columns.codes, Int8.self)
        vectors = column(columns.vectors, Float.self)
        let documents = column(columns.documents, Int64.self)
        let partitions = column(columns.partitions, Int64.self)
        var runs: [Run] = []
        var first = 0
        var isRising = true
        for row in 0..<block.rows {
            let isLast = row + 1 == block.rows || documents[row + 1] != documents[row] || partitions[row + 1] != partitions[row]
            if isLast {
                runs.append(Run(partition: partitions[row], document: documents[row], rows: first..<row + 1, isRising: isRising))
                (first, isRising) = (row + 1, true)
            } else if keys[row] >= keys[row + 1] {
                isRising = false
            }
        }
        self.runs = runs
    }

    /// The rows of a run whose keys lie in the range.
    func rows(of run: Run, keys wanted: ClosedRange<Int64>) -> [Int] {
        guard run.isRising else { return run.rows.filter { wanted.contains(keys[$0]) } }
        var (low, high) = (run.rows.lowerBound, run.rows.upperBound)
        while low < high {
            let middle = (low + high) / 2
            if keys[middle] < wanted.lowerBound { low = middle + 1 } else { high = middle }
        }
        return (low..<run.rows.upperBound).prefix { keys[$0] <= wanted.upperBound }.map(\.self)
    }

    func document(ofRow row: Int) -> Int64 {
        var (low, high) = (0, runs.count)
        while high - low > 1 {
            let middle = (low + high) / 2
            if runs[middle].rows.lowerBound <= row { low = middle } else { high = middle }
        }
        return runs[low].document
    }

    /// The rows that a search may see, runs behind each other as one range.
    func allowed(_ scope: VectorScope, _ body: (Range<Int>) -> Void) {
        var open: Range<Int>?
        var last: (partition: Int64, allowed: Bool)?
        for run in runs {
            var isAllowed = run.isLive
            if isAllowed {
                if last?.partition != run.partition { last = (run.partition, scope.partitions.contains(run.partition)) }
                isAllowed = last?.allowed == true && scope.documents?.contains(run.document) != false
            }
            if isAllowed {
                open = (open?.lowerBound ?? run.rows.lowerBound)..<run.rows.upperBound
            } else if let rows = open {
                body(rows)
                open = nil
            }
        }
        if let open { body(open) }
    }
}
