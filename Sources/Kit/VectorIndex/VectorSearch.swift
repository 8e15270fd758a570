import CVectorMath

/// What a search may see.
public struct VectorScope: Sendable {
    /// The only partitions that are searched: those that the asker may read.
    public let partitions: Set<Int64>
    /// The only documents that are searched; nil for all.
    public let documents: Set<Int64>?

    public init(partitions: some Sequence<Int64>, documents: Set<Int64>? = nil) {
        self.partitions = Set(partitions)
        self.documents = documents
    }
}

/// A row that was found.
public struct VectorHit: Hashable, Sendable {
    public let key: Int64
    public let document: Int64
    /// The dot product of the vectors as they were given.
    public let score: Float
}

/// How rows are compared.
public enum VectorScan: Sendable, Hashable, CaseIterable {
    /// All vectors as they were given.
    case exact
    /// All vectors in bytes, then the best of them as they were given: a quarter of the memory is read.
    case rescored
}

/// One search over blocks that do not change while it runs.
struct VectorSearch {
    /// Candidates that are compared anew, for each row that is wanted; and at least.
    static let candidates = (each: 4, least: 40)
    /// Rows whose scores are computed at once: they stay in the first cache.
    private static let slice = 256

    let blocks: [VectorBlock]
    let dimensions: Int
    let kernels: UnsafePointer<vm_kernels>

    func best(_ query: UnsafePointer<Float>, _ scope: VectorScope, limit: Int, scan: VectorScan) -> [VectorHit] {
        switch scan {
        case .exact: return hits(exact(query, scope, limit: limit).sorted())
        case .rescored:
            let candidates = coarse(query, scope, limit: max(limit * Self.candidates.each, Self.candidates.least))
            // In the file's order, so that memory is walked one way.
            let ordered = candidates.rows.sorted { ($0.block, $0.row) < ($1.block, $1.row) }
            var best = BestRows(limit: limit)
            for candidate in ordered {
                let vector = blocks[Int(candidate.block)].vectors + Int(candidate.row) * dimensions
                var score: Float = 0
                kernels.pointee.dots(vector, 1, query, dimensions, &score)
                best.insert(score, block: Int(candidate.block), row: Int(candidate.row))
            }
            return hits(best.sorted())
        }
    }

    private func hits(_ rows: [BestRows.Row]) -> [VectorHit] {
        rows.map { row in
            let block = blocks[Int(row.block)]
            return VectorHit(key: block.keys[Int(row.row)], document: block.document(ofRow: Int(row.row)), score: row.score)
        }
    }

    private func slices(_ scope: VectorScope, _ body: (Int, Range<Int>) -> Void) {
        for (index, block) in blocks.enumerated() where block.liveRows > 0 {
            block.allowed(scope) { rows in
                var first = rows.lowerBound
                while first < rows.upperBound {
                    let end = min(first + Self.slice, rows.upperBound)
                    body(index, first..<end)
                    first = end
                }
            }
        }
    }

    private func exact(_ query: UnsafePointer<Float>, _ scope: VectorScope, limit: Int) -> BestRows {
        var best = BestRows(limit: limit)
        withUnsafeTemporaryAllocation(of: Float.self, capacity: Self.slice) { scores in
            slices(scope) { index, rows in
                let at = scores.baseAddress!
                kernels.pointee.dots(blocks[index].vectors + rows.lowerBound * dimensions, rows.count, query, dimensions, at)
                for row in 0..<rows.count where at[row] > best.threshold {
                    best.insert(at[row], block: index, row: rows.lowerBound + row)
                }
            }
        }
        return best
    }

    /// By codes: their scores are those of the vectors but for what rounding takes, and for the query's own scale, which all share.
    private func coarse(_ query: UnsafePointer<Float>, _ scope: VectorScope, limit: Int) -> BestRows {
        var best = BestRows(limit: limit)
        withUnsafeTemporaryAllocation(of: Int8.self, capacity: dimensions) { codes in
            _ = kernels.pointee.quantise(query, dimensions, codes.baseAddress!)
            withUnsafeTemporaryAllocation(of: Int32.self, capacity: Self.slice) { products in
                slices(scope) { index, rows in
                    let (at, block) = (products.baseAddress!, blocks[index])
                    let scales = block.scales + rows.lowerBound
                    kernels.pointee.dots_int8(block.codes + rows.lowerBound * dimensions, rows.count, codes.baseAddress!, dimensions, at)
                    for row in 0..<rows.count {
                        let score = Float(at[row]) * scales[row]
                        if score > best.threshold { best.insert(score, block: index, row: rows.lowerBound + row) }
                    }
                }
            }
        }
        return best
    }
}
