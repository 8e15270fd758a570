import CVectorMath
import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A document's vectors, to be stored.
public struct DocumentVectors: Sendable {
    public let document: Int64
    /// What the document belongs to, by which rights are told.
    public let partition: Int64
    /// The caller's own name of each vector, unique in the store.
    public let keys: [Int64]
    /// Behind each other.
    public let vectors: [Float]

    public init(document: Int64, partition: Int64, keys: [Int64], vectors: [Float]) {
        self.document = document
        self.partition = partition
        self.keys = keys
        self.vectors = vectors
    }
}

/// Vectors of one model in a mapped file, searched by comparing them all. They survive a restart without being computed anew; what a call
/// has stored or removed is on disk when it returns.
///
/// Safe to use from any thread. Calls that change something wait for each other and for the disk; a search waits for neither and sees the
/// store as it was when it began.
public final class VectorStore: Sendable {
    private struct Contents: Sendable {
        var blocks: [VectorBlock] = []
        /// Where each document's runs are.
        var places: [Int64: [(block: Int, run: Int)]] = [:]
        /// The file holds vectors of what was deleted.
        var hasDeleted = false

        var liveRows: Int { blocks.reduce(0) { $0 + $1.liveRows } }
    }

    /// Removed rows, beside as many live ones, that make compaction worth its time.
    static let compactionRows = 8192
    /// Blocks, of fewer rows on average, that do.
    static let compactionBlocks = 1024
    static let compactionRowsPerBlock = 64

    private enum Removal: Int64 { case document = 1, partition = 2 }

    /// Numbers of a vector at the most.
    public static let dimensionLimit = VectorFileFormat.dimensionLimit
    /// Bytes of a model's name at the most, in UTF-8.
    public static let nameLimit = VectorFileFormat.nameLimit

    public let dimensions: Int
    private let path: String
    private let model: String
    private let file: Mutex<VectorFile>
    private let contents: Mutex<Contents>
    private nonisolated(unsafe) let kernels: UnsafePointer<vm_kernels>

    /// - Parameters:
    ///   - path: of the file, which is made where there is none.
    ///   - model: whatever tells the model's vectors from those of any other, at most `nameLimit` bytes.
    ///   - dimensions: 1 to `dimensionLimit`.
    /// - Throws: `VectorFileError`; where it `isOtherModel`, remove the file and embed anew.
    public convenience init(path: String, model: String, dimensions: Int) throws(VectorFileError) {
        try self.init(path: path, model: model, dimensions: dimensions, kernels: vm_best())
    }

    init(path: String, model: String, dimensions: Int, kernels: UnsafePointer<vm_kernels>) throws(VectorFileError) {
        var contents = Contents()
        let file = try VectorFile(path: path, model: model, dimensions: dimensions) { block, mapping in
            switch block.kind {
            case .vectors: Self.add(VectorBlock(block, in: mapping, dimensions: dimensions), to: &contents)
            case .removals:
                let pairs = (mapping.start + block.place).assumingMemoryBound(to: Int64.self)
                for pair in 0..<block.rows {
                    if let removal = Removal(rawValue: pairs[2 * pair]) { Self.remove(removal, pairs[2 * pair + 1], from: &contents) }
                }
            }
        }
        // What was deleted and what was replaced look alike here.
        contents.hasDeleted = contents.liveRows < contents.blocks.reduce(0) { $0 + $1.rows }
        self.dimensions = dimensions
        self.path = path
        self.model = model
        self.kernels = kernels
        self.file = Mutex(file)
        self.contents = Mutex(contents)
    }

    /// Vectors that are not removed.
    public var count: Int { contents.withLock { $0.liveRows } }

    /// Whether a document has vectors here; what has none is still to be embedded.
    public func holds(document: Int64) -> Bool { contents.withLock { $0.places[document] != nil } }

    /// The keys that a document has here, in the order in which they were stored.
    public func keys(of document: Int64) -> [Int64] {
        contents.withLock { contents in
            (contents.places[document] ?? []).flatMap { place in
                let block = contents.blocks[place.block]
                return block.runs[place.run].rows.map { block.keys[$0] }
            }
        }
    }

    /// All documents that have vectors here.
    public var documents: [Int64] { contents.withLock { Array($0.places.keys) } }

    /// The vectors of a document whose keys lie in the range, as they were given.
    public func vectors(of document: Int64, keys: ClosedRange<Int64>) -> [(key: Int64, vector: [Float])] {
        let runs = contents.withLock { contents in
            (contents.places[document] ?? []).map { (block: contents.blocks[$0.block], run: contents.blocks[$0.block].runs[$0.run]) }
        }
        var found: [(key: Int64, vector: [Float])] = []
        for (block, run) in runs {
            for row in block.rows(of: run, keys: keys) {
                found.append((block.keys[row], [Float](UnsafeBufferPointer(start: block.vectors + row * dimensions, count: dimensions))))
            }
        }
        return found
    }

    /// Stores documents' vectors, in the place of what was there under their numbers. All of one call waits for the disk together, but a
    /// crash may leave a part of it: whole documents, or for a very large one its beginning.
    public func replace(_ documents: [DocumentVectors]) throws(VectorFileError) {
        for document in documents where document.vectors.count != document.keys.count * dimensions { throw .wrongSize }
        for document in documents where !document.vectors.allSatisfy(\.isFinite) { throw .notFinite }
        let result: Result<Void, VectorFileError> = file.withLock { file in
            Result { () throws(VectorFileError) in
                let old = documents.map(\.document).filter { holds(document: $0) }
                try append(removals: old.map { (.document, $0) }, to: &file)
                var rows = RowBuffer(dimensions: dimensions, kernels: kernels)
                for document in documents {
                    for row in document.keys.indices {
                        rows.append(document, row)
                        if rows.count == VectorFileFormat.rowLimit { try append(&rows, to: &file) }
                    }
                }
                if rows.count > 0 { try append(&rows, to: &file) }
                compactIfWorthwhile(&file)
            }
        }
        try result.get()
    }

    public func remove(document: Int64) throws(VectorFileError) {
        guard holds(document: document) else { return }
        try remove(.document, document)
    }

    public func remove(partition: Int64) throws(VectorFileError) { try remove(.partition, partition) }

    /// Writes the file anew without the vectors of what was deleted, where there are such.
    public func forgetDeleted() throws(VectorFileError) {
        let result: Result<Void, VectorFileError> = file.withLock { file in
            Result { () throws(VectorFileError) in if contents.withLock({ $0.hasDeleted }) { try compact(&file) } }
        }
        try result.get()
    }

    /// The rows most like the query, best first.
    /// - Parameter query: `dimensions` floats.
    public func search(_ query: [Float], in scope: VectorScope, limit: Int, scan: VectorScan = .rescored) throws(VectorFileError) -> [VectorHit] {
        guard query.count == dimensions else { throw .wrongSize }
        guard query.allSatisfy(\.isFinite) else { throw .notFinite }
        guard limit > 0, !scope.partitions.isEmpty, scope.documents?.isEmpty != true else { return [] }
        let search = VectorSearch(blocks: contents.withLock { $0.blocks }, dimensions: dimensions, kernels: kernels)
        return query.withUnsafeBufferPointer { search.best($0.baseAddress!, scope, limit: limit, scan: scan) }
    }

    // MARK: Changes

    private func remove(_ removal: Removal, _ number: Int64) throws(VectorFileError) {
        let result: Result<Void, VectorFileError> = file.withLock { file in
            Result { () throws(VectorFileError) in
                try append(removals: [(removal, number)], to: &file)
                contents.withLock { $0.hasDeleted = true }
                compactIfWorthwhile(&file)
            }
        }
        try result.get()
    }

    private func append(removals: [(Removal, Int64)], to file: inout VectorFile) throws(VectorFileError) {
        for first in stride(from: 0, to: removals.count, by: VectorFileFormat.rowLimit) {
            let part = removals[first..<min(first + VectorFileFormat.rowLimit, removals.count)]
            var pairs = part.flatMap { [$0.0.rawValue, $0.1] }
            pairs.append(contentsOf: repeatElement(0, count: (VectorFileFormat.aligned(pairs.count * 8) - pairs.count * 8) / 8))
            let result: Result<Void, VectorFileError> = pairs.withUnsafeBytes { pairs in
                Result { () throws(VectorFileError) in _ = try file.append(.removals, rows: part.count, payload: pairs) }
            }
            try result.get()
            contents.withLock { contents in for removal in part { Self.remove(removal.0, removal.1, from: &contents) } }
        }
    }

    private func append(_ rows: inout RowBuffer, to file: inout VectorFile) throws(VectorFileError) {
        let block = try Self.block(of: &rows, in: &file)
        contents.withLock { Self.add(block, to: &$0) }
    }

    private static func block(of rows: inout RowBuffer, in file: inout VectorFile) throws(VectorFileError) -> VectorBlock {
        let payload = rows.payload()
        let count = rows.count
        let result: Result<VectorFile.Block, VectorFileError> = payload.withUnsafeBytes { payload in
            Result { () throws(VectorFileError) in try file.append(.vectors, rows: count, payload: payload) }
        }
        rows.removeAll()
        return VectorBlock(try result.get(), in: file.mapping, dimensions: file.dimensions)
    }

    /// Where removed rows or scattered blocks outweigh what is live.
    private func compactIfWorthwhile(_ file: inout VectorFile) {
        let old = contents.withLock { $0 }
        let rows = old.blocks.reduce(0) { $0 + $1.rows }
        let live = old.liveRows
        let isDead = rows - live > max(live, Self.compactionRows)
        let isScattered = old.blocks.count > Self.compactionBlocks && live / old.blocks.count < Self.compactionRowsPerBlock
        guard isDead || isScattered else { return }
        // What was to be stored is: where there is no room to tidy up, the next change tries again.
        do throws(VectorFileError) { try compact(&file) } catch {}
    }

    /// Writes what is live into a new file, which then takes the old one's place.
    private func compact(_ file: inout VectorFile) throws(VectorFileError) {
        let place = path + ".new"
        unlink(place)
        do throws(VectorFileError) { try rewrite(&file, at: place) } catch {
            unlink(place)
            throw error
        }
    }

    private func rewrite(_ file: inout VectorFile, at place: String) throws(VectorFileError) {
        let old = contents.withLock { $0 }
        var new = try VectorFile(path: place, model: model, dimensions: dimensions) { _, _ in }
        var contents = Contents()
        var buffer = RowBuffer(dimensions: dimensions, kernels: kernels)
        for block in old.blocks {
            for run in block.runs where run.isLive {
                for row in run.rows {
                    buffer.append(block, row, run)
                    if buffer.count == VectorFileFormat.rowLimit { Self.add(try Self.block(of: &buffer, in: &new), to: &contents) }
                }
            }
        }
        if buffer.count > 0 { Self.add(try Self.block(of: &buffer, in: &new), to: &contents) }
        try new.takePlace(of: path, from: place) {
            file = new
            self.contents.withLock { $0 = contents }
        }
    }

    private static func add(_ block: VectorBlock, to contents: inout Contents) {
        for (index, run) in block.runs.enumerated() { contents.places[run.document, default: []].append((contents.blocks.count, index)) }
        contents.blocks.append(block)
    }

    private static func remove(_ removal: Removal, _ number: Int64, from contents: inout Contents) {
        let documents: [Int64]
        switch removal {
        case .document: documents = [number]
        case .partition:
            documents = contents.blocks.flatMap { block in block.runs.filter { $0.isLive && $0.partition == number }.map(\.document) }
        }
        for document in documents {
            for (block, run) in contents.places.removeValue(forKey: document) ?? [] where contents.blocks[block].runs[run].isLive {
                contents.blocks[block].runs[run].isLive = false
                contents.blocks[block].liveRows -= contents.blocks[block].runs[run].rows.count
            }
        }
    }
}
