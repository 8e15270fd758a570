import DocumentText
package import Logging
package import NIOPosix
import ServiceLifecycle

/// Reads queued documents. The queue is in the store, so what is queued survives the process. Work is done on threads of its own and
/// saved in short slices: a turn never waits for it. While some documents are being embedded the next are read.
package struct IngestionService: Service {
    /// How many chunks are saved in one go.
    package static let sliceSize = 64
    /// Small documents are embedded together until they have this many chunks, so that batches are full.
    private static let batchChunks = 64
    private static let batchesUnderWay = 2

    /// A document of more chunks is embedded beside the others.
    private static let largeDocument = 256
    private static let largeWaiting = 4
    /// Characters of a title that was read in a document.
    private static let titleLimit = 200
    /// Unicode scalars in which a title is looked for where there is none.
    private static let beginningLength = 1_000

    private let large = Waiting(limit: Self.largeWaiting)
    private let store: any DocumentStore
    private let index: any PassageIndex
    private let embeddings: LibraryEmbeddings
    private let backlog: EmbeddingBacklog
    private let feed: DocumentFeed
    private let reader: any DocumentReader
    private let threads: NIOThreadPool
    private let logger: Logger
    private let wakeUps: AsyncStream<Void>
    private let wake: AsyncStream<Void>.Continuation

    package init(
        store: any DocumentStore, index: any PassageIndex, embeddings: LibraryEmbeddings, backlog: EmbeddingBacklog, feed: DocumentFeed,
        reader: any DocumentReader, threads: NIOThreadPool, logger: Logger
    ) {
        self.store = store
        self.index = index
        self.embeddings = embeddings
        self.backlog = backlog
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
        await cancelWhenGracefulShutdown {
            await withTaskGroup(of: Void.self) { group in
                // Who waits for a page does not wait for the book before it.
                // Those that still wait at the end come, too, and are given back.
                group.addTask { for await staged in large.waiting { await complete([staged]) } }
                group.addTask { for await _ in wakeUps { await readQueue() } }
                await group.waitForAll()
            }
        }
    }

    /// While a batch is made live the next is embedded, and the one after it read: no core waits for a disk.
    private func readQueue() async {
        await withTaskGroup(of: Void.self) { group in
            var underWay = 0
            while !Task.isCancelled, case let batch = await nextBatch(), !batch.isEmpty {
                if underWay == Self.batchesUnderWay { await group.next() } else { underWay += 1 }
                group.addTask { await complete(batch) }
            }
        }
    }

    /// A document whose text and chunks are stored, but not live yet.
    private struct Staged: Sendable {
        let queued: QueuedDocument
        var document: Document
        let chunks: [IndexableChunk]
    }

    /// Large documents that wait to be embedded; what is more than the limit is not taken.
    private struct Waiting: Sendable {
        let waiting: AsyncStream<Staged>
        private let continuation: AsyncStream<Staged>.Continuation

        init(limit: Int) { (waiting, continuation) = AsyncStream.makeStream(of: Staged.self, bufferingPolicy: .bufferingOldest(limit)) }

        func add(_ staged: Staged) -> Bool { if case .enqueued = continuation.yield(staged) { true } else { false } }
    }

    private func nextBatch() async -> [Staged] {
        var batch: [Staged] = []
        var chunks = 0
        while !Task.isCancelled, chunks < Self.batchChunks, let queued = await nextQueued() {
            guard let staged = await trying(queued, { try await stage(queued) }) ?? nil else { continue }
            // Where too many large ones wait already, it is embedded with the others.
            if staged.chunks.count > Self.largeDocument, large.add(staged) { continue }
            batch.append(staged)
            chunks += max(1, staged.chunks.count)
        }
        return batch
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

    // MARK: Steps

    private func stage(_ queued: QueuedDocument) async throws -> Staged? {
        var document = queued.document
        feed.publish(document)
        let read = try await reader.read(path: queued.path, mediaType: document.mediaType, filename: document.filename)
        let parsed = read.document
        document.mediaType = read.mediaType
        let drafts = try await threads.runIfActive { Chunker().chunks(of: parsed) }
        if document.title.isEmpty {
            let title = parsed.title ?? document.filename ?? Self.firstWords(of: parsed.text)
            document.title = String(title.prefix(Self.titleLimit))
        }
        document.pageCount = parsed.pageCount
        try await store.begin(queued, title: document.title, text: parsed.text, pageCount: parsed.pageCount, mediaType: document.mediaType)
        for start in stride(from: 0, to: drafts.count, by: Self.sliceSize) {
            try await store.save(Array(drafts[start..<min(start + Self.sliceSize, drafts.count)]), of: queued)
        }
        guard let chunks = try await store.staged(queued) else { return nil }
        document.chunkCount = chunks.count
        return Staged(queued: queued, document: document, chunks: chunks)
    }

    private func complete(_ batch: [Staged]) async {
        let vectors = await embed(batch)
        await store(vectors)
        for staged in batch { _ = await trying(staged.queued) { try await finish(staged) } }
        // Not before: it looks at live documents alone.
        if lacksVectors(batch) { backlog.documentLeft() }
    }

    /// Where there is no room for them, the documents are found by their words, and embedded later.
    private func store(_ vectors: [(index: DenseIndex, documents: [EmbeddedDocument])]) async {
        for (index, documents) in vectors where !Task.isCancelled {
            do { try await threads.runIfActive { try index.replace(documents) } } catch {
                logger.error("vectors could not be stored", metadata: ["documents": "\(documents.count)", "error": "\(error)"])
            }
        }
    }

    private func lacksVectors(_ batch: [Staged]) -> Bool {
        guard let index = embeddings.wanted else { return false }
        return !batch.allSatisfy { index.holds(document: $0.document.key, chunks: $0.chunks.map(\.key)) }
    }

    /// The documents' vectors for each index that takes new ones; none where they cannot be made now: the documents are found by their
    /// words, and embedded later.
    private func embed(_ batch: [Staged]) async -> [(index: DenseIndex, documents: [EmbeddedDocument])] {
        var result: [(DenseIndex, [EmbeddedDocument])] = []
        let documents = batch.map {
            IndexableDocument(key: $0.document.key, partition: $0.document.collectionKey, title: $0.document.title, chunks: $0.chunks)
        }
        for index in embeddings.all {
            do {
                let isShown = index === embeddings.wanted
                let embedded = try await EmbeddingWork(embedder: index.embedder, threads: threads).embed(documents) { done in
                    if isShown { await tell(batch, done: done) }
                }
                result.append((index, embedded))
            } catch is CancellationError {
                continue
            } catch {
                logger.error("documents could not be embedded", metadata: ["documents": "\(batch.count)", "error": "\(error)"])
            }
        }
        return result
    }

    /// Says how far the batch's documents are when this many of all their chunks are done.
    private func tell(_ batch: [Staged], done: Int) async {
        var rest = done
        for staged in batch {
            let own = min(rest, staged.chunks.count)
            rest -= own
            guard own > 0, own < staged.chunks.count else { continue }
            var document = staged.document
            document.progress = Double(own) / Double(staged.chunks.count)
            do { try await store.setProgress(document.progress, of: staged.queued) } catch {
                logger.warning("progress could not be stored", metadata: ["error": "\(error)"])
            }
            feed.publish(document)
        }
    }

    private func finish(_ staged: Staged) async throws {
        try Task.checkCancellation()
        var document = staged.document
        let isLive = try await store.finish(staged.queued)
        guard isLive else { return try await abandon(document) }
        try await index.replace([
            IndexableDocument(key: document.key, partition: document.collectionKey, title: document.title, chunks: staged.chunks)
        ])
        // The document may have been deleted since, when there was nothing to remove from the index yet, or be live in a newer version.
        if let first = staged.chunks.first, try await store.passages([first.key]).isEmpty {
            let newer = try await store.liveChunks(of: [document.key])
            if newer.isEmpty { return try await index.remove(document: document.key, partition: document.collectionKey) }
            return try await index.replace(newer)
        }
        document.status = .ready
        document.progress = 1
        feed.publish(document)
    }

    /// It was deleted meanwhile, or given anew: then its vectors may be in the place of the new ones, which are looked for.
    private func abandon(_ document: Document) async throws {
        try await threads.runIfActive { [embeddings] in for index in embeddings.all { try index.remove(document: document.key) } }
        backlog.documentLeft()
    }

    // MARK: Failures

    private func trying<Result: Sendable>(_ queued: QueuedDocument, _ step: () async throws -> Result) async -> Result? {
        do {
            return try await step()
        } catch let error as DocumentError {
            await fail(queued, error)
        } catch is CancellationError {
            await giveBack(queued)
        } catch {
            logger.error("document could not be ingested", metadata: ["document": "\(queued.document.id)", "error": "\(error)"])
            await fail(queued, DocumentError(code: "ingestion_failed", message: "The document could not be stored. Upload it again."))
        }
        return nil
    }

    /// The server ends, and the document is read at the next start: that it was begun is not held against it.
    private func giveBack(_ queued: QueuedDocument) async {
        do { try await store.giveBack(queued) } catch {
            logger.warning(
                "document could not be put back into the queue", metadata: ["document": "\(queued.document.id)", "error": "\(error)"])
        }
    }

    private func fail(_ queued: QueuedDocument, _ error: DocumentError) async {
        do {
            guard let told = try await store.fail(queued, error) else { return }
            var document = queued.document
            document.status = .failed
            document.error = told
            feed.publish(document)
        } catch {
            logger.error("document could not be marked as failed", metadata: ["document": "\(queued.document.id)", "error": "\(error)"])
        }
    }

    /// Only a text's beginning is looked at: it may be one line of many megabytes, or one character with as many accents.
    static func firstWords(of text: String) -> String {
        let beginning = String(text.unicodeScalars.prefix(beginningLength))
        let line = beginning.prefix { !$0.isNewline }
        return line.count > 80 ? line.prefix(79) + "…" : String(line)
    }
}
