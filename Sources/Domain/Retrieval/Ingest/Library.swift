package import Access
package import Logging
import ServiceLifecycle
import Synchronization

/// The documents as the rest of the program sees them: the store, the index over it and the queue into it, kept in step.
package final class Library: Service {
    /// How many documents are loaded into the index in one go at start.
    private static let loadBatch = 200

    package let store: any DocumentStore
    package let feed: DocumentFeed
    private let index: any PassageIndex
    private let ingestion: IngestionService
    private let logger: Logger
    private let loaded = Mutex(false)

    package init(store: any DocumentStore, index: any PassageIndex, feed: DocumentFeed, ingestion: IngestionService, logger: Logger) {
        self.store = store
        self.index = index
        self.feed = feed
        self.ingestion = ingestion
        self.logger = logger
    }

    /// Whether everything that is stored can be found.
    package var isReady: Bool { loaded.withLock { $0 } }

    package func run() async throws {
        var after: Int64 = 0
        while true {
            let batch = try await store.liveChunks(after: after, limit: Self.loadBatch)
            for document in batch { try await index.replace(document) }
            guard let last = batch.last else { break }
            after = last.key
        }
        loaded.withLock { $0 = true }
        try await ingestion.run()
    }

    package func add(_ upload: Upload, by asker: Asker) async throws -> AddedDocument {
        let added = try await store.add(upload, by: asker)
        if added.outcome != .unchanged { ingestion.documentQueued() }
        return added
    }

    package func delete(document id: DocumentID, by asker: Asker) async throws -> Bool {
        guard let document = try await store.delete(document: id, by: asker) else { return false }
        try await index.remove(document: document.key, partition: document.collectionKey)
        return true
    }

    package func delete(collection id: CollectionID, by asker: Asker) async throws -> Bool {
        guard let collection = try await store.delete(collection: id, by: asker) else { return false }
        try await index.remove(partition: collection.key)
        return true
    }
}
