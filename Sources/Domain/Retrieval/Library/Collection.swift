package import Access
package import TimeOrdered

package typealias CollectionID = UUIDv7
package typealias DocumentID = UUIDv7
package typealias ChunkID = UUIDv7

/// A set of documents with one owner and one rule who may read it.
package struct Collection: Sendable, Hashable {
    package enum Visibility: String, Sendable, Codable, CaseIterable {
        /// The owner and the readers.
        case `private`
        /// Everybody in the workspace.
        case workspace
    }

    package let id: CollectionID
    /// The store's number for it; also its partition in the index.
    package let key: Int64
    package let ownerID: UUIDv7
    package var name: String
    package var description: String
    package var visibility: Visibility
    /// Users who may read a private collection beside its owner.
    package var readers: [UUIDv7]
    package let createdAt: Timestamp
    package var updatedAt: Timestamp
    package var documentCount: Int

    package init(
        id: CollectionID, key: Int64, ownerID: UUIDv7, name: String, description: String, visibility: Visibility, readers: [UUIDv7],
        createdAt: Timestamp, updatedAt: Timestamp, documentCount: Int
    ) {
        self.id = id
        self.key = key
        self.ownerID = ownerID
        self.name = name
        self.description = description
        self.visibility = visibility
        self.readers = readers
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.documentCount = documentCount
    }

    /// Whether the asker, who may read it, may also change and delete it.
    package func isManaged(by asker: Asker) -> Bool { ownerID == asker.userID || asker.role == .owner || asker.role == .admin }

    /// Whether the asker, who may read it, may also put documents in, replace them and take them out: what is the whole workspace's is
    /// filled by all but viewers, like a shared drive.
    package func isFilled(by asker: Asker) -> Bool { asker.role != .viewer && (isManaged(by: asker) || visibility == .workspace) }
}

/// What is asked to be made or changed of a collection; nil is "left as it is".
package struct CollectionChange: Sendable {
    package var name: String?
    package var description: String?
    package var visibility: Collection.Visibility?
    package var readers: [UUIDv7]?

    package init(name: String? = nil, description: String? = nil, visibility: Collection.Visibility? = nil, readers: [UUIDv7]? = nil) {
        self.name = name
        self.description = description
        self.visibility = visibility
        self.readers = readers
    }
}
