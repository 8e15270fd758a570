package import Access
package import Conversation
package import DocumentText
import JSON
package import Retrieval
import Synchronization
package import TimeOrdered

/// A library that finds the same passages whatever is asked.
package final class ScriptedLibrary: DocumentStore, PassageIndex {
    package struct NotScripted: Error {
        package init() {}
    }

    private let texts: [String]
    private let beforeSearch = Mutex<@Sendable () async throws -> Void>({})

    /// - Parameter texts: the passages, best first.
    package init(_ texts: [String]) { self.texts = texts }

    /// Called before each search; what it throws is thrown by the search.
    package func beforeEachSearch(_ body: @escaping @Sendable () async throws -> Void) { beforeSearch.withLock { $0 = body } }

    package func search(_ query: PassageQuery) async throws -> PassageFindings {
        try await beforeSearch.withLock { $0 }()
        return PassageFindings(
            hits: texts.indices.map { PassageHit(chunkKey: Int64($0), score: 1) }, evidence: 1, isEnough: true, usedEmbeddings: false)
    }

    package func weights(of terms: [String], partitions: [Int64]) async throws -> [String: Double] {
        Dictionary(terms.map { ($0, 5) }, uniquingKeysWith: { first, _ in first })
    }

    package func partitions(for asker: Asker, collection: CollectionID?) async throws -> [Int64] { [1] }

    package func passages(_ chunkKeys: [Int64]) async throws -> [Int64: Passage] {
        var passages: [Int64: Passage] = [:]
        for key in chunkKeys {
            let text = texts[Int(key)]
            let id = UUIDv7(high: 1, low: UInt64(key))
            let document = Document(
                id: id, key: key, collectionID: id, collectionKey: 1, title: "T", filename: nil, mediaType: "text/plain", size: text.utf8.count,
                metadata: [:], status: .ready, progress: 1, error: nil, chunkCount: 1, pageCount: nil, generation: 1,
                createdAt: Timestamp(milliseconds: 0), updatedAt: Timestamp(milliseconds: 0))
            let chunk = Chunk(
                id: id, key: key, documentID: id, position: 0, text: text, heading: nil, anchor: nil, page: nil, start: 0,
                end: text.unicodeScalars.count)
            passages[key] = Passage(chunk: chunk, document: document)
        }
        return passages
    }

    // MARK: Not needed by turns

    package func replace(_ documents: [IndexableDocument]) async throws { throw NotScripted() }
    package func missing(_ documents: [LiveDocument]) async throws -> [Int64] { throw NotScripted() }
    package func removeAllBut(_ live: Set<Int64>) async throws { throw NotScripted() }
    package func remove(document key: Int64, partition: Int64) async throws { throw NotScripted() }
    package func remove(partition: Int64) async throws { throw NotScripted() }
    package func forgetRemoved() async throws { throw NotScripted() }
    package func createCollection(_ change: CollectionChange, by asker: Asker) async throws -> Retrieval.Collection { throw NotScripted() }
    package func collection(_ id: CollectionID, for asker: Asker) async throws -> Retrieval.Collection? { throw NotScripted() }
    package func collection(named name: String, for asker: Asker) async throws -> Retrieval.Collection? { throw NotScripted() }
    package func collections(for asker: Asker, _ page: PageRequest) async throws -> Page<Retrieval.Collection> { throw NotScripted() }
    package func update(collection id: CollectionID, _ change: CollectionChange, inPlaceOf seen: Retrieval.Collection?, by asker: Asker) async throws
        -> Retrieval.Collection?
    {
        throw NotScripted()
    }
    package func delete(collection id: CollectionID, by asker: Asker) async throws -> Retrieval.Collection? { throw NotScripted() }
    package func handOver(collectionsOf user: UUIDv7, to heir: UUIDv7) async throws { throw NotScripted() }
    package func add(_ upload: Upload, by asker: Asker) async throws -> AddedDocument { throw NotScripted() }
    package func document(_ id: DocumentID, for asker: Asker) async throws -> Document? { throw NotScripted() }
    package func documents(in collection: CollectionID?, for asker: Asker, _ page: PageRequest) async throws -> Page<Document> { throw NotScripted() }
    package func delete(document id: DocumentID, by asker: Asker) async throws -> Document? { throw NotScripted() }
    package func text(ofNeighbours chunkKeys: [Int64]) async throws -> String? { throw NotScripted() }
    package func text(of document: DocumentID, for asker: Asker) async throws -> String? { throw NotScripted() }
    package func chunks(of document: DocumentID, for asker: Asker, _ page: PageRequest) async throws -> Page<Chunk> { throw NotScripted() }
    package func documentKeys(in partitions: [Int64], matching filters: MetadataFilters) async throws -> Set<Int64> { throw NotScripted() }
    package func newUploadPath() throws -> String { throw NotScripted() }
    package func takeQueued() async throws -> QueuedDocument? { throw NotScripted() }
    package func giveBack(_ document: QueuedDocument) async throws { throw NotScripted() }
    package func requeueUnfinished() async throws { throw NotScripted() }
    package func begin(_ document: QueuedDocument, title: String, text: String, pageCount: Int?, mediaType: String) async throws {
        throw NotScripted()
    }
    package func save(_ chunks: [ChunkDraft], of document: QueuedDocument) async throws { throw NotScripted() }
    package func staged(_ document: QueuedDocument) async throws -> [IndexableChunk]? { throw NotScripted() }
    package func setProgress(_ progress: Double, of document: QueuedDocument) async throws { throw NotScripted() }
    package func finish(_ document: QueuedDocument) async throws -> Bool { throw NotScripted() }
    package func fail(_ document: QueuedDocument, _ error: DocumentError) async throws -> DocumentError? { throw NotScripted() }
    package func liveChunks(of documentKeys: [Int64]) async throws -> [IndexableDocument] { throw NotScripted() }
    package func liveDocuments(after documentKey: Int64, limit: Int) async throws -> [LiveDocument] { throw NotScripted() }
}
