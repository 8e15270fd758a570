package import Access
package import Conversation
package import DocumentText
package import JSON
package import TimeOrdered

/// Collections, documents and their chunks. Everything a person reads takes the asker and finds only what they may see.
package protocol DocumentStore: Sendable {
    // MARK: Collections
    func createCollection(_ change: CollectionChange, by asker: Asker) async throws -> Collection
    func collection(_ id: CollectionID, for asker: Asker) async throws -> Collection?
    func collection(named name: String, for asker: Asker) async throws -> Collection?
    func collections(for asker: Asker, _ page: PageRequest) async throws -> Page<Collection>
    /// Nil where the asker may not see it; throws `LibraryError.mayNotWrite` where they may only read it.
    /// - Parameter seen: what the asker takes it to be; nil where they do not care. `LibraryError.changedMeanwhile` where it is not.
    func update(collection id: CollectionID, _ change: CollectionChange, inPlaceOf seen: Collection?, by asker: Asker) async throws -> Collection?
    /// The deleted collection, whose documents went with it; nil and thrown as for `update`.
    func delete(collection id: CollectionID, by asker: Asker) async throws -> Collection?
    /// Gives a user's collections to another, under names of which the heir has none, and takes the user out of every list of readers.
    /// No collection is made for the user afterwards. Asked again, it does what is left.
    func handOver(collectionsOf user: UUIDv7, to heir: UUIDv7) async throws
    /// The index partitions that the asker may search, all or those of one collection.
    func partitions(for asker: Asker, collection: CollectionID?) async throws -> [Int64]

    // MARK: Documents
    /// Files the upload under a new document, under the one it repeats or under the one it replaces.
    func add(_ upload: Upload, by asker: Asker) async throws -> AddedDocument
    func document(_ id: DocumentID, for asker: Asker) async throws -> Document?
    func documents(in collection: CollectionID?, for asker: Asker, _ page: PageRequest) async throws -> Page<Document>
    /// The deleted document; nil and thrown as for `update`.
    func delete(document id: DocumentID, by asker: Asker) async throws -> Document?
    func text(of document: DocumentID, for asker: Asker) async throws -> String?
    /// The document's text from the first of these chunks, which follow each other in it, to the last. Nil where one of them is not live
    /// any more, or too much stands between two.
    func text(ofNeighbours chunkKeys: [Int64]) async throws -> String?
    func chunks(of document: DocumentID, for asker: Asker, _ page: PageRequest) async throws -> Page<Chunk>
    /// The keys of documents in these partitions whose metadata match every filter.
    func documentKeys(in partitions: [Int64], matching filters: MetadataFilters) async throws -> Set<Int64>
    /// Chunks with their documents, for those that are still there.
    func passages(_ chunkKeys: [Int64]) async throws -> [Int64: Passage]

    // MARK: Ingestion
    /// A place for bytes that are being received.
    func newUploadPath() throws -> String
    /// Takes the oldest queued document and marks it as being processed.
    func takeQueued() async throws -> QueuedDocument?
    /// Puts a document that was taken back into the queue, as if it had not been: the server ends in good order, and it is not the reason.
    /// Does nothing where it is no longer being processed. Works in a task that is cancelled.
    func giveBack(_ document: QueuedDocument) async throws
    /// Puts documents that were being processed when the process ended back into the queue.
    func requeueUnfinished() async throws
    func begin(_ document: QueuedDocument, title: String, text: String, pageCount: Int?, mediaType: String) async throws
    /// Saves a slice of chunks; they are not live until `finish`.
    func save(_ chunks: [ChunkDraft], of document: QueuedDocument) async throws
    /// What was saved, in the document's order. Nil where the document was deleted or replaced meanwhile.
    func staged(_ document: QueuedDocument) async throws -> [IndexableChunk]?
    func setProgress(_ progress: Double, of document: QueuedDocument) async throws
    /// Makes the saved chunks the document's own. False where the document was deleted or replaced meanwhile.
    func finish(_ document: QueuedDocument) async throws -> Bool
    /// What is told of the document from now on: also that its version before is still found, where there is one. Nil where the document was
    /// deleted or replaced meanwhile: then it did not fail.
    @discardableResult func fail(_ document: QueuedDocument, _ error: DocumentError) async throws -> DocumentError?
    /// The live chunks of these documents, of those that are still there.
    func liveChunks(of documentKeys: [Int64]) async throws -> [IndexableDocument]
    /// Every live document, a batch at a time.
    func liveDocuments(after documentKey: Int64, limit: Int) async throws -> [LiveDocument]
}

/// Equality on a document's metadata; several values mean any of them.
package struct MetadataFilters: Sendable, Hashable {
    package var conditions: [String: [JSONValue]]

    package init(_ conditions: [String: [JSONValue]] = [:]) { self.conditions = conditions }

    package var isEmpty: Bool { conditions.isEmpty }
}

package struct AddedDocument: Sendable {
    package enum Outcome: Sendable {
        case created, replaced, unchanged
    }

    package let document: Document
    package let outcome: Outcome

    package init(document: Document, outcome: Outcome) {
        self.document = document
        self.outcome = outcome
    }
}

/// A document taken from the queue, with the upload to read.
package struct QueuedDocument: Sendable {
    package let document: Document
    package let path: String

    package init(document: Document, path: String) {
        self.document = document
        self.path = path
    }
}

/// A chunk before the store has given it an id.
package struct ChunkDraft: Sendable, Hashable {
    package let position: Int
    package let text: String
    package let heading: String?
    package let anchor: String?
    package let page: Int?
    package let start: Int
    package let end: Int
    /// What stands between the chunk before and this one. Nil for the first, and where it is longer than `Chunker.longestGap`.
    package let gap: String?

    package init(position: Int, text: String, heading: String?, anchor: String?, page: Int?, start: Int, end: Int, gap: String? = nil) {
        self.position = position
        self.text = text
        self.heading = heading
        self.anchor = anchor
        self.page = page
        self.start = start
        self.end = end
        self.gap = gap
    }
}

package struct IndexableChunk: Sendable {
    package let key: Int64
    package let heading: String
    package let text: String

    package init(key: Int64, heading: String, text: String) {
        self.key = key
        self.heading = heading
        self.text = text
    }
}

/// What an index is to hold of a document.
package struct LiveDocument: Sendable, Hashable {
    package let key: Int64
    package let partition: Int64
    /// The keys of its chunks, in its order.
    package let chunks: [Int64]

    package init(key: Int64, partition: Int64, chunks: [Int64]) {
        self.key = key
        self.partition = partition
        self.chunks = chunks
    }
}

package struct IndexableDocument: Sendable {
    package let key: Int64
    package let partition: Int64
    package let title: String
    package let chunks: [IndexableChunk]

    package init(key: Int64, partition: Int64, title: String, chunks: [IndexableChunk]) {
        self.key = key
        self.partition = partition
        self.title = title
        self.chunks = chunks
    }
}

/// A chunk with the document it is from.
package struct Passage: Sendable {
    package let chunk: Chunk
    package let document: Document

    package init(chunk: Chunk, document: Document) {
        self.chunk = chunk
        self.document = document
    }
}

/// Why the library refuses.
package enum LibraryError: Error, Sendable, Hashable {
    case noSuchCollection
    case mayNotWrite
    /// It is no longer what the asker had seen.
    case changedMeanwhile
    /// Another collection of the same owner has the name.
    case nameTaken
    case full
}
