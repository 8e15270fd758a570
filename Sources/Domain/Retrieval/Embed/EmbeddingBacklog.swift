package import Logging
package import NIOPosix
import Synchronization

/// Documents that lack the wanted model's vectors: those of a model that was changed, and those whose embedding failed. They are
/// embedded in the background, and tried again where that fails. A document that the model does not take is found by its words alone.
package final class EmbeddingBacklog: Sendable {
    /// Documents that are embedded, and looked at, in one go.
    private static let batch = 16
    private static let scan = 1024
    private static let firstPause: Duration = .seconds(5)
    private static let longestPause: Duration = .seconds(300)
    /// Documents that are known not to be taken; what is more is tried again with the others.
    private static let refusedLimit = 10_000

    private let store: any DocumentStore
    private let embeddings: LibraryEmbeddings
    private let threads: NIOThreadPool
    private let logger: Logger
    private let wakeUps: AsyncStream<Void>
    private let wake: AsyncStream<Void>.Continuation

    package init(store: any DocumentStore, embeddings: LibraryEmbeddings, threads: NIOThreadPool, logger: Logger) {
        self.store = store
        self.embeddings = embeddings
        self.threads = threads
        self.logger = logger
        (wakeUps, wake) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    /// Something could not be embedded when it came.
    package func documentLeft() { wake.yield() }

    /// Ends with its task.
    func run() async {
        wake.yield()
        var refused = Refused()
        for await _ in wakeUps { await workThrough(&refused) }
    }

    /// Tries until it is done, or the task is cancelled.
    private func workThrough(_ refused: inout Refused) async {
        var pause = Self.firstPause
        while !Task.isCancelled, await !embedAll(&refused) {
            try? await Task.sleep(for: pause)  // reason: cancelled at shutdown, which the loop sees
            pause = min(pause * 2, Self.longestPause)
        }
    }

    /// Embeds until every document that is taken has its vectors.
    /// - Returns: false where that failed.
    private func embedAll(_ refused: inout Refused) async -> Bool {
        guard let index = embeddings.wanted else { return true }
        if refused.model != index.model { refused = Refused(model: index.model) }
        var embedded = 0
        var last: Round?
        do {
            // Documents come and go meanwhile: all is there when nothing is found missing.
            while case let round = try await embedMissing(in: index, &refused), round.count > 0 {
                guard round != last else {
                    logger.warning("some documents cannot be embedded", metadata: ["documents": "\(round.count)"])
                    break
                }
                embedded += round.count - round.refused
                last = round
            }
            if embedded > 0 { logger.notice("documents were embedded", metadata: ["documents": "\(embedded)", "model": "\(index.model.name)"]) }
            embeddings.complete(index)
            return true
        } catch is CancellationError {
            return true
        } catch {
            logger.warning("documents wait for embeddings", metadata: ["error": "\(error)"])
            return false
        }
    }

    /// Documents that the model did not take, as they were then.
    private struct Refused {
        var model: EmbeddingModel?
        var documents: Set<LiveDocument> = []
    }

    /// What was found missing, to tell whether anything came of it.
    private struct Round: Equatable {
        var count = 0
        var refused = 0
        var hash = Hasher()

        mutating func add(_ documents: [LiveDocument]) {
            count += documents.count
            for document in documents { hash.combine(document) }
        }

        static func == (left: Self, right: Self) -> Bool { left.count == right.count && left.hash.finalize() == right.hash.finalize() }
    }

    private func embedMissing(in index: DenseIndex, _ refused: inout Refused) async throws -> Round {
        var after: Int64 = 0
        var round = Round()
        while case let documents = try await store.liveDocuments(after: after, limit: Self.scan), let last = documents.last {
            after = last.key
            let known = refused.documents
            let missing = try await threads.runIfActive {
                documents.filter { !$0.chunks.isEmpty && !known.contains($0) && !index.holds(document: $0.key, chunks: $0.chunks) }
            }
            round.add(missing)
            for start in stride(from: 0, to: missing.count, by: Self.batch) {
                round.refused += try await embed(missing[start..<min(start + Self.batch, missing.count)], into: index, &refused)
            }
        }
        return round
    }

    /// One that is not taken does not hold up the others.
    /// - Returns: how many were not taken.
    private func embed(_ documents: ArraySlice<LiveDocument>, into index: DenseIndex, _ refused: inout Refused) async throws -> Int {
        do {
            try await embed(documents.map(\.key), into: index)
            return 0
        } catch EmbeddingError.refused(let reason) {
            guard documents.count == 1, let document = documents.first else {
                var count = 0
                for place in documents.indices { count += try await embed(documents[place...place], into: index, &refused) }
                return count
            }
            logger.warning(
                "a document cannot be embedded: it is found by its words alone", metadata: ["document": "\(document.key)", "error": "\(reason)"])
            if refused.documents.count < Self.refusedLimit { refused.documents.insert(document) }
            return 1
        }
    }

    private func embed(_ keys: [Int64], into index: DenseIndex) async throws {
        let documents = try await store.liveChunks(of: keys)
        let embedded = try await EmbeddingWork(embedder: index.embedder, threads: threads).embed(documents)
        try await threads.runIfActive { try index.replace(embedded) }
        // Documents may have been deleted since: the deletion had nothing to remove from the index yet.
        let there = Set(try await store.passages(documents.compactMap(\.chunks.first?.key)).keys)
        let gone = documents.filter { $0.chunks.first.map { !there.contains($0.key) } ?? true }.map(\.key)
        try await threads.runIfActive { for key in gone { try index.remove(document: key) } }
    }
}
