import DocumentText
package import Logging
package import NIOPosix
import ServiceLifecycle

/// Reads queued documents one after the other. The queue is in the store, so what is queued survives the process. Work is done on
/// a thread of its own and saved in short slices: a turn never waits for it.
package struct IngestionService: Service {
    /// How many chunks are saved in one go.
    package static let sliceSize = 64

    private let store: any DocumentStore
    private let index: any PassageIndex
    private let feed: DocumentFeed
    private let reader: any DocumentReader
    private let threads: NIOThreadPool
    private let logger: Logger
    private let wakeUps: AsyncStream<Void>
    private let wake: AsyncStream<Void>.Continuation

    package init(
        store: any DocumentStore, index: any PassageIndex, feed: DocumentFeed, reader: any DocumentReader, threads: NIOThreadPool, logger: Logger
    ) {
        self.store = store
        self.index = index
        self.feed = feed
        self.reader = reader
        self.threads = threads
        self.logger = logger
        (wakeUps, wake) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    /// Says that something was queued.
    package func documentQueued() { wake.yield() }

    package func run() async throws {
        wake.yield()
        for await _ in wakeUps.cancelOnGracefulShutdown() {
            while !Task.isCancelled, !Task.isShuttingDownGracefully, let next = await nextQueued() { await ingest(next) }
        }
    }

    /// Nil where there is none, or the store cannot tell, for want of room perhaps: the next upload or start asks again.
    private func nextQueued() async -> QueuedDocument? {
        do {
            return try await store.takeQueued()
        } catch {
            logger.error("the queue of documents could not be read", metadata: ["error": "\(error)"])
            return nil
        }
    }

    private func ingest(_ queued: QueuedDocument) async {
        do {
            try await read(queued)
        } catch let error as DocumentError {
            await fail(queued, error)
        } catch is CancellationError {
            // The server ends. The document is still queued, and read at the next start.
            return
        } catch {
            logger.error("document could not be ingested", metadata: ["document": "\(queued.document.id)", "error": "\(error)"])
            await fail(queued, DocumentError(code: "ingestion_failed", message: "The document could not be stored. Upload it again."))
        }
    }

    private func fail(_ queued: QueuedDocument, _ error: DocumentError) async {
        do {
            try await store.fail(queued, error)
            var document = queued.document
            document.status = .failed
            document.error = error
            feed.publish(document)
        } catch {
            logger.error("document could not be marked as failed", metadata: ["document": "\(queued.document.id)", "error": "\(error)"])
        }
    }

    private func read(_ queued: QueuedDocument) async throws {
        var document = queued.document
        feed.publish(document)
        let read = try await reader.read(path: queued.path, mediaType: document.mediaType, filename: document.filename)
        let parsed = read.document
        document.mediaType = read.mediaType
        let drafts = try await threads.runIfActive { Chunker().chunks(of: parsed) }
        if document.title.isEmpty { document.title = parsed.title ?? document.filename ?? Self.firstWords(of: parsed.text) }
        try await store.begin(queued, title: document.title, text: parsed.text, pageCount: parsed.pageCount, mediaType: document.mediaType)
        for start in stride(from: 0, to: drafts.count, by: Self.sliceSize) {
            let slice = Array(drafts[start..<min(start + Self.sliceSize, drafts.count)])
            document.progress = Double(start + slice.count) / Double(drafts.count)
            try await store.save(slice, of: queued, progress: document.progress)
            document.chunkCount = start + slice.count
            feed.publish(document)
        }
        guard let chunks = try await store.finish(queued) else { return }
        try await index.replace(
            IndexableDocument(key: document.key, partition: document.collectionKey, title: document.title, chunks: chunks))
        // The document may have been deleted since: the deletion had nothing to remove from the index yet.
        if let first = chunks.first, try await store.passages([first.key]).isEmpty {
            return try await index.remove(document: document.key, partition: document.collectionKey)
        }
        document.status = .ready
        document.progress = 1
        document.pageCount = parsed.pageCount
        feed.publish(document)
    }

    private static func firstWords(of text: String) -> String {
        let line = text.prefix { !$0.isNewline }
        return line.count > 80 ? line.prefix(79) + "…" : String(line)
    }
}
