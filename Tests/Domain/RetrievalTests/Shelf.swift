import Access
import Conversation
import DocumentText
import JSON
import Retrieval
import Synchronization
import TimeOrdered

/// A store of documents in memory, with what indexes and ingestion ask of one; and the reader of its uploads, whose path is their text.
final class Shelf: DocumentStore, DocumentReader {
    struct NotOnAShelf: Error {}

    private struct State {
        var live: [Int64: IndexableDocument] = [:]
        var queue: [QueuedDocument] = []
        var drafts: [Int64: [ChunkDraft]] = [:]
        var taken: Set<Int64> = []
        var looks = 0
        var givenBack: [Int64] = []
        var afterLiveChunks: @Sendable () async throws -> Void = {}
        var beforeReading: @Sendable (String) async throws -> Void = { _ in }
    }

    private let state = Mutex(State())

    // MARK: What a test does

    func put(_ document: IndexableDocument) { state.withLock { $0.live[document.key] = document } }

    func take(_ key: Int64) {
        state.withLock { state in
            state.live[key] = nil
            state.taken.insert(key)
        }
    }

    /// Queues an upload of this text.
    func queue(_ key: Int64, _ text: String) {
        let document = Self.document(key, in: 1, status: .queued)
        state.withLock { $0.queue.append(QueuedDocument(document: document, path: text)) }
    }

    /// Called before each upload is read, with its text.
    func beforeReading(_ body: @escaping @Sendable (String) async throws -> Void) { state.withLock { $0.beforeReading = body } }

    /// Called when live chunks were read, before they are handed out.
    func afterLiveChunks(_ body: @escaping @Sendable () async throws -> Void) { state.withLock { $0.afterLiveChunks = body } }

    /// The keys of what was taken from the queue, and given back.
    var givenBack: [Int64] { state.withLock { $0.givenBack } }

    /// How often somebody has gone through the documents.
    var looks: Int { state.withLock { $0.looks } }

    func chunkKeys(of key: Int64) -> [Int64]? { state.withLock { $0.live[key]?.chunks.map(\.key) } }

    // MARK: Indexes

    func liveDocuments(after documentKey: Int64, limit: Int) async throws -> [LiveDocument] {
        try Task.checkCancellation()
        return state.withLock { state in
            if documentKey == 0 { state.looks += 1 }
            return state.live.values.filter { $0.key > documentKey }.sorted { $0.key < $1.key }.prefix(limit).map {
                LiveDocument(key: $0.key, partition: $0.partition, chunks: $0.chunks.map(\.key))
            }
        }
    }

    func liveChunks(of documentKeys: [Int64]) async throws -> [IndexableDocument] {
        let found = state.withLock { state in documentKeys.compactMap { state.live[$0] } }
        try await state.withLock { $0.afterLiveChunks }()
        return found
    }

    func passages(_ chunkKeys: [Int64]) async throws -> [Int64: Passage] {
        let live = state.withLock { $0.live }
        var passages: [Int64: Passage] = [:]
        for owner in live.values {
            let document = Self.document(owner.key, in: owner.partition, status: .ready)
            for (place, chunk) in owner.chunks.enumerated() where chunkKeys.contains(chunk.key) {
                let whole = Chunk(
                    id: document.id, key: chunk.key, documentID: document.id, position: place, text: chunk.text, heading: nil, anchor: nil,
                    page: nil, start: 0, end: chunk.text.unicodeScalars.count)
                passages[chunk.key] = Passage(chunk: whole, document: document)
            }
        }
        return passages
    }

    private static func document(_ key: Int64, in partition: Int64, status: Document.Status) -> Document {
        let id = UUIDv7(high: 1, low: UInt64(key))
        return Document(
            id: id, key: key, collectionID: id, collectionKey: partition, title: "T", filename: nil, mediaType: "text/plain", size: 1,
            metadata: [:], status: status, progress: 0, error: nil, chunkCount: 0, pageCount: nil, generation: 1,
            createdAt: Timestamp(milliseconds: 0), updatedAt: Timestamp(milliseconds: 0))
    }

    // MARK: Ingestion

    func read(path: String, mediaType: String, filename: String?) async throws -> ReadDocument {
        try await state.withLock { $0.beforeReading }(path)
        return ReadDocument(document: try DocumentParser.parse(Array(path.utf8), format: .text), mediaType: mediaType)
    }

    func takeQueued() async throws -> QueuedDocument? { state.withLock { $0.queue.isEmpty ? nil : $0.queue.removeFirst() } }

    func giveBack(_ document: QueuedDocument) async throws { state.withLock { $0.givenBack.append(document.document.key) } }

    func begin(_ document: QueuedDocument, title: String, text: String, pageCount: Int?, mediaType: String) async throws {
        state.withLock { $0.drafts[document.document.key] = [] }
    }

    func save(_ chunks: [ChunkDraft], of document: QueuedDocument) async throws {
        state.withLock { $0.drafts[document.document.key, default: []] += chunks }
    }

    func staged(_ document: QueuedDocument) async throws -> [IndexableChunk]? { state.withLock { Self.chunks(of: document, in: $0) } }

    private static func chunks(of document: QueuedDocument, in state: State) -> [IndexableChunk] {
        (state.drafts[document.document.key] ?? []).map {
            IndexableChunk(key: document.document.key * 10 + Int64($0.position), heading: $0.heading ?? "", text: $0.text)
        }
    }

    func setProgress(_ progress: Double, of document: QueuedDocument) async throws {}

    func finish(_ document: QueuedDocument) async throws -> Bool {
        let own = document.document
        return state.withLock { state in
            guard !state.taken.contains(own.key) else { return false }
            state.live[own.key] = IndexableDocument(
                key: own.key, partition: own.collectionKey, title: own.title, chunks: Self.chunks(of: document, in: state))
            return true
        }
    }

    // MARK: Not needed by either

    func fail(_ document: QueuedDocument, _ error: DocumentError) async throws -> DocumentError? { throw NotOnAShelf() }
    func requeueUnfinished() async throws { throw NotOnAShelf() }
    func newUploadPath() throws -> String { throw NotOnAShelf() }
    func partitions(for asker: Asker, collection: CollectionID?) async throws -> [Int64] { throw NotOnAShelf() }
    func createCollection(_ change: CollectionChange, by asker: Asker) async throws -> Retrieval.Collection { throw NotOnAShelf() }
    func collection(_ id: CollectionID, for asker: Asker) async throws -> Retrieval.Collection? { throw NotOnAShelf() }
    func collection(named name: String, for asker: Asker) async throws -> Retrieval.Collection? { throw NotOnAShelf() }
    func collections(for asker: Asker, _ page: PageRequest) async throws -> Page<Retrieval.Collection> { throw NotOnAShelf() }
    func update(collection id: CollectionID, _ change: CollectionChange, inPlaceOf seen: Retrieval.Collection?, by asker: Asker) async throws
        -> Retrieval.Collection?
    {
        throw NotOnAShelf()
    }
    func delete(collection id: CollectionID, by asker: Asker) async throws -> Retrieval.Collection? { throw NotOnAShelf() }
    func handOver(collectionsOf user: UUIDv7, to heir: UUIDv7) async throws { throw NotOnAShelf() }
    func add(_ upload: Upload, by asker: Asker) async throws -> AddedDocument { throw NotOnAShelf() }
    func document(_ id: DocumentID, for asker: Asker) async throws -> Document? { throw NotOnAShelf() }
    func documents(in collection: CollectionID?, for asker: Asker, _ page: PageRequest) async throws -> Page<Document> { throw NotOnAShelf() }
    func delete(document id: DocumentID, by asker: Asker) async throws -> Document? { throw NotOnAShelf() }
    func text(ofNeighbours chunkKeys: [Int64]) async throws -> String? { throw NotOnAShelf() }
    func text(of document: DocumentID, for asker: Asker) async throws -> String? { throw NotOnAShelf() }
    func chunks(of document: DocumentID, for asker: Asker, _ page: PageRequest) async throws -> Page<Chunk> { throw NotOnAShelf() }
    func documentKeys(in partitions: [Int64], matching filters: MetadataFilters) async throws -> Set<Int64> { throw NotOnAShelf() }
}
