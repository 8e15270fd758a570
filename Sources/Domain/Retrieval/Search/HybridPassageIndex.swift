package import Logging
package import NIOPosix
import SearchIndex

/// BM25 in memory and vectors beside it, searched on threads of their own so that neither event loops nor tasks wait for a search.
package final class HybridPassageIndex: PassageIndex {
    /// Passages of an index whose file is written in milliseconds.
    private static let quicklyForgotten = 5_000

    private let lexical: LexicalIndex
    private let embeddings: LibraryEmbeddings
    private let threads: NIOThreadPool
    private let ingestThreads: NIOThreadPool
    private let logger: Logger

    /// - Parameters:
    ///   - lexicalFile: where words are kept over a restart; nil keeps them in memory alone.
    ///   - threads: a running pool, for searches.
    ///   - ingestThreads: one for additions, so that no search waits while a large document is taken apart.
    /// - Throws: `LexicalFileError` where the file cannot be opened.
    package init(
        lexicalFile: String?, embeddings: LibraryEmbeddings, threads: NIOThreadPool, ingestThreads: NIOThreadPool, logger: Logger
    ) throws {
        lexical = try lexicalFile.map { try LexicalIndex(path: $0) } ?? LexicalIndex()
        self.embeddings = embeddings
        self.threads = threads
        self.ingestThreads = ingestThreads
        self.logger = logger
    }

    package func replace(_ documents: [IndexableDocument]) async throws {
        let passages = documents.map { document in
            DocumentPassages(
                partition: document.partition, document: document.key,
                passages: document.chunks.map { IndexedPassage(key: $0.key, title: document.title, heading: $0.heading, body: $0.text) })
        }
        try await ingestThreads.runIfActive { [self] in
            let couldWrite = lexical.fileError == nil
            lexical.replace(passages)
            if couldWrite, let error = lexical.fileError {
                logger.warning("words are indexed anew at the next start", metadata: ["error": "\(error)"])
            }
        }
    }

    package func missing(_ documents: [LiveDocument]) async throws -> [Int64] {
        try await ingestThreads.runIfActive { [lexical] in
            var held: [Int64: IndexedDocument] = [:]
            for document in lexical.documents() { held[document.document] = document }
            return documents.filter { document in
                guard let indexed = held[document.key] else { return !document.chunks.isEmpty }
                return indexed.partition != document.partition || indexed.passages != document.chunks.count
                    || indexed.fingerprint != KeyFingerprint(document.chunks)
            }.map(\.key)
        }
    }

    package func removeAllBut(_ live: Set<Int64>) async throws {
        try await ingestThreads.runIfActive { [self] in
            for document in lexical.documents() where !live.contains(document.document) {
                lexical.remove(document: document.document, from: document.partition)
            }
            forget { index in for document in index.documents where !live.contains(document) { try index.remove(document: document) } }
        }
    }

    package func remove(document key: Int64, partition: Int64) async throws {
        try await ingestThreads.runIfActive { [self] in
            lexical.remove(document: key, from: partition)
            forgetIfQuick()
            forget { try $0.remove(document: key) }
        }
    }

    package func remove(partition: Int64) async throws {
        try await ingestThreads.runIfActive { [self] in
            lexical.removePartition(partition)
            forgetIfQuick()
            forget { try $0.remove(partition: partition) }
        }
    }

    package func forgetRemoved() async throws {
        try await ingestThreads.runIfActive { [lexical, embeddings] in
            lexical.forgetRemoved()
            for index in embeddings.all { try index.forgetRemoved() }
        }
    }

    /// What is small is written anew at once; else many removals wait for one writing.
    private func forgetIfQuick() { if lexical.passageCount < Self.quicklyForgotten { lexical.forgetRemoved() } }

    /// Vectors that stay, for want of room perhaps, are found by nobody, since their chunks are gone; the next start removes them.
    private func forget(_ body: (DenseIndex) throws -> Void) {
        for index in embeddings.all {
            do { try body(index) } catch { logger.warning("vectors could not be removed", metadata: ["error": "\(error)"]) }
        }
    }

    package func search(_ query: PassageQuery) async throws -> PassageFindings {
        if query.mode != .lexical, let findings = try await searchMeanings(query) { return findings }
        return try await threads.runIfActive { [lexical] in LexicalSearch(index: lexical).run(query) }
    }

    package func weights(of terms: [String], partitions: [Int64]) async throws -> [String: Double] {
        try await threads.runIfActive { [lexical] in
            let once = Dictionary(terms.map { ($0, Float(1)) }, uniquingKeysWith: { first, _ in first })
            return lexical.query(once, partitions: partitions).weights.mapValues(Double.init)
        }
    }

    /// Nil where there is nothing to compare meanings with and words may do.
    private func searchMeanings(_ query: PassageQuery) async throws -> PassageFindings? {
        do {
            guard let current = embeddings.serving else { throw EmbeddingError.unavailable("no embedding model is configured") }
            guard !current.index.isEmpty else { return query.mode == .dense ? .nothing : nil }
            let vectors = try await current.questions.vectors(of: query.question.texts)
            return try await threads.runIfActive { [lexical] in
                try HybridSearch(lexical: lexical, dense: current.index, vectors: vectors).run(query)
            }
        } catch let error as EmbeddingError where query.mode == .hybrid {
            // Words are there still: half an answer is better than none.
            if embeddings.serving != nil { logger.warning("a question could not be embedded", metadata: ["error": "\(error)"]) }
            return nil
        }
    }
}
