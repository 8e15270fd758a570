import CVectorMath

/// Rows on their way into a block.
struct RowBuffer {
    private let dimensions: Int
    private let kernels: UnsafePointer<vm_kernels>
    private var keys: [Int64] = []
    private var documents: [Int64] = []
    private var partitions: [Int64] = []
    private var vectors: [Float] = []

    var count: Int { keys.count }

    init(dimensions: Int, kernels: UnsafePointer<vm_kernels>) {
        self.dimensions = dimensions
        self.kernels = kernels
    }

    mutating func append(_ document: DocumentVectors, _ row: Int) {
        keys.append(document.keys[row])
        documents.append(document.document)
        partitions.append(document.partition)
        vectors.append(contentsOf: document.vectors[row * dimensions..<(row + 1) * dimensions])
    }

    mutating func append(_ block: VectorBlock, _ row: Int, _ run: VectorBlock.Run) {
        keys.append(block.keys[row])
        documents.append(run.document)
        partitions.append(run.partition)
        vectors.append(contentsOf: UnsafeBufferPointer(start: block.vectors + row * dimensions, count: dimensions))
    }

    mutating func removeAll() {
        keys.removeAll(keepingCapacity: true)
        documents.removeAll(keepingCapacity: true)
        partitions.removeAll(keepingCapacity: true)
        vectors.removeAll(keepingCapacity: true)
    }

    /// The columns as they stand in the file, codes computed.
    func payload() -> [UInt8] {
        let columns = VectorFileFormat.Columns(rows: count, dimensions: dimensions)
        return [UInt8](unsafeUninitializedCapacity: columns.end) { bytes, size in
            let start = UnsafeMutableRawPointer(bytes.baseAddress!)
            start.initializeMemory(as: UInt8.self, repeating: 0, count: columns.end)
            func put<Value>(_ values: [Value], at place: Int) {
                values.withUnsafeBytes { (start + place).copyMemory(from: $0.baseAddress!, byteCount: $0.count) }
            }
            put(keys, at: columns.keys)
            put(documents, at: columns.documents)
            put(partitions, at: columns.partitions)
            put(vectors, at: columns.vectors)
            let codes = (start + columns.codes).assumingMemoryBound(to: Int8.self)
            let scales = (0..<count).map { row in
                vectors.withUnsafeBufferPointer { vectors in
                    kernels.pointee.quantise(vectors.baseAddress! + row * dimensions, dimensions, codes + row * dimensions)
                }
            }
            put(scales, at: columns.scales)
            size = columns.end
        }
    }
}
