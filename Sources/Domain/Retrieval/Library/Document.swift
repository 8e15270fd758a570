package import DocumentText
package import JSON
package import TimeOrdered

/// A document of a collection and how far its reading is.
package struct Document: Sendable, Hashable {
    package enum Status: String, Sendable, Codable, CaseIterable {
        case queued, processing, ready, failed
    }

    package let id: DocumentID
    package let key: Int64
    package let collectionID: CollectionID
    package let collectionKey: Int64
    package var title: String
    package var filename: String?
    package var mediaType: String
    /// Bytes of the upload.
    package var size: Int
    package var metadata: JSONObject
    package var status: Status
    /// 0–1.
    package var progress: Double
    package var error: DocumentError?
    package var chunkCount: Int
    package var pageCount: Int?
    /// Counts the uploads under this id; chunks belong to one of them.
    package var generation: Int
    package let createdAt: Timestamp
    package var updatedAt: Timestamp

    package init(
        id: DocumentID, key: Int64, collectionID: CollectionID, collectionKey: Int64, title: String, filename: String?, mediaType: String,
        size: Int, metadata: JSONObject, status: Status, progress: Double, error: DocumentError?, chunkCount: Int, pageCount: Int?,
        generation: Int, createdAt: Timestamp, updatedAt: Timestamp
    ) {
        self.id = id
        self.key = key
        self.collectionID = collectionID
        self.collectionKey = collectionKey
        self.title = title
        self.filename = filename
        self.mediaType = mediaType
        self.size = size
        self.metadata = metadata
        self.status = status
        self.progress = progress
        self.error = error
        self.chunkCount = chunkCount
        self.pageCount = pageCount
        self.generation = generation
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }
}

/// A piece of a document as it is searched and cited.
package struct Chunk: Sendable, Hashable {
    package let id: ChunkID
    package let key: Int64
    package let documentID: DocumentID
    /// From 0, in the document's order.
    package let position: Int
    package let text: String
    package let heading: String?
    package let anchor: String?
    package let page: Int?
    /// Where `text` stands in the document's text, in Unicode scalars.
    package let start: Int
    package let end: Int

    package init(
        id: ChunkID, key: Int64, documentID: DocumentID, position: Int, text: String, heading: String?, anchor: String?, page: Int?,
        start: Int, end: Int
    ) {
        self.id = id
        self.key = key
        self.documentID = documentID
        self.position = position
        self.text = text
        self.heading = heading
        self.anchor = anchor
        self.page = page
        self.start = start
        self.end = end
    }
}

/// An upload whose bytes lie in a file.
package struct Upload: Sendable {
    package let collectionID: CollectionID
    /// What the caller says; nil leaves it to the file's name or the text's first heading.
    package let title: String?
    package let filename: String?
    package let mediaType: String
    /// Nil leaves those of the version that it replaces.
    package let metadata: JSONObject?
    package let file: UploadedFile

    package init(
        collectionID: CollectionID, title: String?, filename: String?, mediaType: String, metadata: JSONObject?, file: UploadedFile
    ) {
        self.collectionID = collectionID
        self.title = title
        self.filename = filename
        self.mediaType = mediaType
        self.metadata = metadata
        self.file = file
    }
}

/// Bytes that were received into the store's own folder.
package struct UploadedFile: Sendable {
    package let path: String
    package let size: Int
    package let sha256: [UInt8]

    package init(path: String, size: Int, sha256: [UInt8]) {
        self.path = path
        self.size = size
        self.sha256 = sha256
    }
}
