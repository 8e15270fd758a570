package import Access
package import Logging
import ServiceLifecycle
import Synchronization

/// The documents as the rest of the program sees them: the store, the index over it and the queue into it, kept in step.
package final class Library: Service {
    /// How many documents are put into the index, and looked at, in one go at start.
    private static let loadBatch = 200
    private static let scan = 10_000
    private static let pauseBeforeForgetting: Duration = .seconds(2)

    package let store: any DocumentStore
    package let feed: DocumentFeed
    private let index: any PassageIndex
    private let ingestion: IngestionService
    private let backlog: EmbeddingBacklog
    private let logger: Logger
    private let loading = Mutex(Loading())
    private let deletions: AsyncStream<Void>
    private let deleted: AsyncStream<Void>.Continuation

    private struct Loading {
        var isDone = false
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    package init(
        store: any DocumentStore, index: any PassageIndex, feed: DocumentFeed, ingestion: IngestionService, backlog: EmbeddingBacklog,
        logger: Logger
    ) {
        self.store = store
        self.index = index
        self.feed = feed
        self.ingestion = ingestion
        self.backlog = backlog
        self.logger = logger
        (deletions, deleted) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    /// Whether everything that is stored can be found.
    package var isReady: Bool { loading.withLock { $0.isDone } }

    /// Waits, after a start, until everything that is stored can be found: before that, an answer would not know of all of it.
    package func waitUntilReady() async {
        await withCheckedContinuation { continuation in
            let isReady = loading.withLock { loading in
                if !loading.isDone { loading.waiters.append(continuation) }
                return loading.isDone
            }
            if isReady { continuation.resume() }
        }
    }

    private func finishLoading() {
        let waiters = loading.withLock { loading in
            loading.isDone = true
            defer { loading.waiters = [] }
            return loading.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    /// Time has passed: watchers are told, and the queue is looked at once more where the store could not be read.
    package func tick() {
        feed.nudgeWatchers()
        ingestion.documentQueued()
    }

    package func run() async throws {
        // Nobody waits for what will not come.
        defer { finishLoading() }
        let live = try await fillIndex()
        finishLoading()
        try await index.removeAllBut(live)
        try await withThrowingTaskGroup { group in
            group.addTask { try await self.ingestion.run() }
            group.addTask { await cancelWhenGracefulShutdown { await self.backlog.run() } }
            group.addTask { await cancelWhenGracefulShutdown { await self.forgetDeleted() } }
            try await group.waitForAll()
        }
    }

    /// What was deleted leaves the index's files, which are written anew for that: once for many deletions.
    private func forgetDeleted() async {
        deleted.yield()
        for await _ in deletions {
            do {
                // reason: the pause gathers deletions; it is cancelled at shutdown
                try await Task.sleep(for: Self.pauseBeforeForgetting)
                try await index.forgetRemoved()
            } catch is CancellationError {
                // The next start does it.
            } catch {
                logger.warning("what was deleted is still in files of the index", metadata: ["error": "\(error)"])
            }
        }
    }

    /// Indexes what the index lacks: all after an upgrade that changed it, and what a crash left out.
    /// - Returns: the keys of all documents that may stay in it.
    private func fillIndex() async throws -> Set<Int64> {
        let live = try await liveDocuments()
        let missing = try await index.missing(live)
        if missing.count > Self.loadBatch { logger.notice("documents are indexed", metadata: ["documents": "\(missing.count)"]) }
        for start in stride(from: 0, to: missing.count, by: Self.loadBatch) {
            try await index.replace(try await store.liveChunks(of: Array(missing[start..<min(start + Self.loadBatch, missing.count)])))
        }
        // What was deleted after it was read, and before it was put in, had nothing to remove from the index yet. Whatever is deleted later has.
        let left = try await missing.isEmpty ? live : liveDocuments()
        return Set(left.map(\.key))
    }

    private func liveDocuments() async throws -> [LiveDocument] {
        var live: [LiveDocument] = []
        while case let batch = try await store.liveDocuments(after: live.last?.key ?? 0, limit: Self.scan), !batch.isEmpty { live += batch }
        return live
    }

    package func add(_ upload: Upload, by asker: Asker) async throws -> AddedDocument {
        let added = try await store.add(upload, by: asker)
        if added.outcome != .unchanged { ingestion.documentQueued() }
        return added
    }

    package func delete(document id: DocumentID, by asker: Asker) async throws -> Bool {
        guard let document = try await store.delete(document: id, by: asker) else { return false }
        feed.end(id)
        try await index.remove(document: document.key, partition: document.collectionKey)
        deleted.yield()
        return true
    }

    package func delete(collection id: CollectionID, by asker: Asker) async throws -> Bool {
        var watched: [DocumentID] = []
        for document in feed.watched where try await store.document(document, for: asker)?.collectionID == id { watched.append(document) }
        guard let collection = try await store.delete(collection: id, by: asker) else { return false }
        for document in watched { feed.end(document) }
        try await index.remove(partition: collection.key)
        deleted.yield()
        return true
    }
}

extension Library: Belongings {
    package func handOver(from user: UserID, to heir: UserID) async throws { try await store.handOver(collectionsOf: user, to: heir) }
}
