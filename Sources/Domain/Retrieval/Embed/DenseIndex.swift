import VectorIndex

/// The vectors of one model over the library's chunks. The library's store is the truth: what is missing here is embedded, and what is here
/// beyond it is found by nobody. Calls block; those that change something wait for the disk.
package final class DenseIndex: Sendable {
    /// Windows of a chunk at the most.
    private static let windowLimit: Int64 = 256

    package let model: EmbeddingModel
    let embedder: any Embedder
    private let store: VectorStore

    /// - Parameter path: of the file, which is made where there is none. A file that cannot be read, or is of another model, is the caller's
    ///   to remove.
    /// - Throws: `VectorFileError`; `EmbeddingError.modelUnusable` where vectors as long, or a name as long, cannot be kept.
    package init(path: String, model: EmbeddingModel, embedder: any Embedder) throws {
        guard (1...VectorStore.dimensionLimit).contains(model.dimensions) else {
            throw EmbeddingError.modelUnusable(
                "its vectors have \(model.dimensions) numbers, where 1 to \(VectorStore.dimensionLimit) can be kept. Choose another model")
        }
        guard model.name.utf8.count <= VectorStore.nameLimit else {
            throw EmbeddingError.modelUnusable(
                "the model's name and address have \(model.name.utf8.count) bytes, where \(VectorStore.nameLimit) can be kept. Shorten them")
        }
        self.model = model
        self.embedder = embedder
        store = try VectorStore(path: path, model: model.name, dimensions: model.dimensions)
    }

    package var isEmpty: Bool { store.count == 0 }

    var documents: [Int64] { store.documents }

    /// Whether the document's vectors are those of just these chunks.
    func holds(document: Int64, chunks: [Int64]) -> Bool {
        var held: [Int64] = []
        for key in store.keys(of: document) where held.last != key / Self.windowLimit { held.append(key / Self.windowLimit) }
        return held == chunks
    }

    func replace(_ documents: [EmbeddedDocument]) throws {
        try store.replace(
            documents.map { document in
                var keys: [Int64] = []
                var vectors: [Float] = []
                for chunk in document.chunks {
                    for (place, vector) in chunk.windows.prefix(Int(Self.windowLimit)).enumerated() {
                        keys.append(chunk.key * Self.windowLimit + Int64(place))
                        vectors += vector
                    }
                }
                return DocumentVectors(document: document.key, partition: document.partition, keys: keys, vectors: vectors)
            })
    }

    func remove(document: Int64) throws { try store.remove(document: document) }

    func remove(partition: Int64) throws { try store.remove(partition: partition) }

    /// The file keeps what was removed until then: the vectors of a text tell something of it.
    func forgetRemoved() throws { try store.forgetDeleted() }

    // MARK: Searching

    /// The chunks with the nearest windows, best first.
    func search(_ vector: [Float], in scope: VectorScope, windows: Int) throws -> [DenseHit] {
        var seen: Set<Int64> = []
        return try store.search(vector, in: scope, limit: windows).compactMap { hit in
            let chunk = hit.key / Self.windowLimit
            guard seen.insert(chunk).inserted else { return nil }
            return DenseHit(chunk: ChunkAddress(document: hit.document, key: chunk), score: Double(hit.score))
        }
    }

    /// The windows of a chunk in their order; none where it is not embedded yet.
    func windows(of chunk: ChunkAddress) -> [[Float]] {
        let first = chunk.key * Self.windowLimit
        return store.vectors(of: chunk.document, keys: first...first + Self.windowLimit - 1).map(\.vector)
    }
}

/// A document's vectors on their way into an index.
struct EmbeddedDocument: Sendable {
    struct Chunk: Sendable {
        let key: Int64
        let windows: [ArraySlice<Float>]
    }

    let key: Int64
    let partition: Int64
    let chunks: [Chunk]
}

/// Where a chunk is: indexes ask for both.
struct ChunkAddress: Hashable, Sendable {
    let document: Int64
    let key: Int64
}

struct DenseHit: Sendable {
    let chunk: ChunkAddress
    /// Cosine, −1–1.
    let score: Double
}
