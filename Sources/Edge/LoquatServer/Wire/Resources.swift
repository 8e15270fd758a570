import Conversation
import DocumentText
import JSON
import Retrieval
import SchemaReflection
import TimeOrdered
import Turns

/// A collection as clients see it.
struct CollectionResource: Codable {
    let id: UUIDv7
    let name: String
    let description: String
    let ownerID: UUIDv7
    let visibility: Retrieval.Collection.Visibility
    let readers: [UUIDv7]
    let documentCount: Int
    let createdAt: Timestamp
    let updatedAt: Timestamp

    init(_ collection: Retrieval.Collection) {
        id = collection.id
        name = collection.name
        description = collection.description
        ownerID = collection.ownerID
        visibility = collection.visibility
        readers = collection.readers
        documentCount = collection.documentCount
        createdAt = collection.createdAt
        updatedAt = collection.updatedAt
    }
}

/// A document as clients see it.
struct DocumentResource: Codable {
    let id: UUIDv7
    let collectionID: UUIDv7
    let title: String
    let filename: String?
    let mediaType: String
    let size: Int
    let metadata: JSONObject
    let status: Document.Status
    let progress: Double
    let error: DocumentFailure?
    let chunkCount: Int
    let pageCount: Int?
    let createdAt: Timestamp
    let updatedAt: Timestamp

    init(_ document: Document) {
        id = document.id
        collectionID = document.collectionID
        title = document.title
        filename = document.filename
        mediaType = document.mediaType
        size = document.size
        metadata = document.metadata
        status = document.status
        progress = document.progress
        error = document.error.map(DocumentFailure.init)
        chunkCount = document.chunkCount
        pageCount = document.pageCount
        createdAt = document.createdAt
        updatedAt = document.updatedAt
    }
}

/// Why a document could not be read, as clients see it.
struct DocumentFailure: Codable, SchemaFields {
    static let schemaName = "DocumentError"
    static let fields: [String: FieldRule] = [
        "code": .note("Stable, snake_case."), "message": .note("For people: what is wrong and what to do."),
    ]

    let code: String
    let message: String

    init(_ error: DocumentError) {
        code = error.code
        message = error.message
    }
}

struct ChunkResource: Codable {
    let id: UUIDv7
    let documentID: UUIDv7
    let position: Int
    let content: String
    let sectionHeading: String?
    let sectionAnchor: String?
    let page: Int?
    let start: Int
    let end: Int

    init(_ chunk: Chunk) {
        id = chunk.id
        documentID = chunk.documentID
        position = chunk.position
        content = chunk.text
        sectionHeading = chunk.heading
        sectionAnchor = chunk.anchor
        page = chunk.page
        start = chunk.start
        end = chunk.end
    }
}
