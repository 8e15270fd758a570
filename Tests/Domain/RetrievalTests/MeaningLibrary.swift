import Foundation
import Logging
import NIOPosix

@testable import Retrieval

/// Words and vectors in files of a folder of their own, and the shelf that they are of.
final class MeaningLibrary: Sendable {
    let embedder: ToyEmbedder
    let dense: DenseIndex
    let embeddings = LibraryEmbeddings()
    let shelf = Shelf()
    let index: HybridPassageIndex
    let threads = NIOThreadPool(numberOfThreads: 2)
    private let folder: URL

    static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    init(_ embedder: ToyEmbedder = ToyEmbedder()) throws {
        self.embedder = embedder
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("meanings-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        threads.start()
        index = try HybridPassageIndex(
            lexicalFile: folder.appendingPathComponent("words").path, embeddings: embeddings, threads: threads, ingestThreads: threads,
            logger: Self.logger)
        dense = try DenseIndex(path: folder.appendingPathComponent("toy").path, model: embedder.model, embedder: embedder)
        embeddings.adopt(dense)
    }

    deinit {
        threads.shutdownGracefully { _ in }
        // reason: a folder that stays in the system's temporary folder harms no test
        try? FileManager.default.removeItem(at: folder)
    }

    /// Another index of words, in a file beside, with the same vectors.
    func words(file: String) throws -> HybridPassageIndex {
        try HybridPassageIndex(
            lexicalFile: folder.appendingPathComponent(file).path, embeddings: embeddings, threads: threads, ingestThreads: threads,
            logger: Self.logger)
    }

    /// Other vectors, in a file beside.
    func vectors(of other: ToyEmbedder, file: String) throws -> DenseIndex {
        try DenseIndex(path: folder.appendingPathComponent(file).path, model: other.model, embedder: other)
    }

    func backlog() -> EmbeddingBacklog {
        EmbeddingBacklog(store: shelf, embeddings: embeddings, threads: threads, logger: Self.logger)
    }

    func ingestion(_ backlog: EmbeddingBacklog) -> IngestionService {
        IngestionService(
            store: shelf, index: index, embeddings: embeddings, backlog: backlog, feed: DocumentFeed(), reader: shelf, threads: threads,
            logger: Self.logger)
    }

    // MARK: What is in it

    /// A document of these chunks, whose keys are ten times its own and up.
    static func document(_ key: Int64, _ chunks: [String], in partition: Int64 = 1, title: String = "") -> IndexableDocument {
        IndexableDocument(
            key: key, partition: partition, title: title,
            chunks: chunks.enumerated().map { IndexableChunk(key: key * 10 + Int64($0), heading: "", text: $1) })
    }

    /// Puts a document on the shelf and into the index of words.
    func addWords(_ key: Int64, _ chunks: String..., in partition: Int64 = 1) async throws {
        let document = Self.document(key, chunks, in: partition)
        shelf.put(document)
        try await index.replace([document])
    }

    /// And its vectors with it.
    func add(_ key: Int64, _ chunks: String..., in partition: Int64 = 1) async throws {
        let document = Self.document(key, chunks, in: partition)
        shelf.put(document)
        try dense.replace(try await EmbeddingWork(embedder: embedder, threads: threads).embed([document]))
        try await index.replace([document])
    }

    /// The documents that are found, best first.
    func found(
        _ question: String, _ mode: RetrievalRequest.Mode = .hybrid, in partitions: [Int64] = [1], of documents: Set<Int64>? = nil
    ) async throws -> [Int64] {
        try await index.search(query(question, mode, in: partitions, of: documents)).hits.map { $0.chunkKey / 10 }
    }

    func query(
        _ question: String, _ mode: RetrievalRequest.Mode = .hybrid, in partitions: [Int64] = [1], of documents: Set<Int64>? = nil
    ) -> PassageQuery {
        PassageQuery(question: SearchQuestion(question), mode: mode, partitions: partitions, documents: documents, limit: 20)
    }
}
