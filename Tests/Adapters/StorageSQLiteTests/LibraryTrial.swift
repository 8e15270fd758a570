import Access
import Conversation
import ConversationTesting
import Crypto
import Foundation
import JSON
import Retrieval
import TimeOrdered

@testable import StorageSQLite

/// A library on disk, people who use it, and what they do.
final class LibraryTrial: Sendable {
    let temporary = TemporaryFolder()
    let clock = ManualClock()
    let ids = UUIDv7Generator()
    let workspace: UUIDv7
    /// The workspace's owner, who reads no private collection but their own.
    let owner: Asker
    let alice: Asker
    let bob: Asker
    let viewer: Asker
    /// The owner of another workspace.
    let stranger: Asker

    init() {
        let ids = ids
        let workspace = ids.next()
        func asker(_ role: Role, of workspace: UUIDv7) -> Asker {
            Asker(userID: ids.next(), workspaceID: workspace, role: role, scopes: Scope.allowed(for: role))
        }
        self.workspace = workspace
        owner = asker(.owner, of: workspace)
        alice = asker(.member, of: workspace)
        bob = asker(.member, of: workspace)
        viewer = asker(.viewer, of: workspace)
        stranger = asker(.owner, of: ids.next())
    }

    func opened() throws -> SQLiteDocumentStore {
        try SQLiteDocumentStore(DataDirectory(path: temporary.path), ids: ids, clock: clock.wallClock)
    }

    func upload(
        _ text: String, to collection: CollectionID, of store: SQLiteDocumentStore, title: String? = nil, filename: String? = nil,
        metadata: JSONObject = [:]
    ) throws -> Upload {
        let (path, bytes) = (try store.newUploadPath(), Data(text.utf8))
        try bytes.write(to: URL(fileURLWithPath: path))
        return Upload(
            collectionID: collection, title: title, filename: filename, mediaType: "text/plain", metadata: metadata,
            file: UploadedFile(path: path, size: bytes.count, sha256: Array(SHA256.hash(data: bytes))))
    }

    /// One chunk a line, under a heading.
    func drafts(_ text: String) -> [ChunkDraft] {
        text.split(separator: "\n").enumerated().map { number, line in
            ChunkDraft(
                position: number, text: String(line), heading: "About \(number)", anchor: "a-\(number)", page: 1, start: number, end: number + 1)
        }
    }

    /// Reads the oldest queued document in, as the ingestion does.
    @discardableResult
    func ingestNext(_ store: SQLiteDocumentStore, title: String = "Title") async throws -> [IndexableChunk]? {
        guard let queued = try await store.takeQueued() else { return nil }
        let text = String(decoding: try Data(contentsOf: URL(fileURLWithPath: queued.path)), as: UTF8.self)
        try await store.begin(queued, title: title, text: text, pageCount: 1, mediaType: "text/plain")
        try await store.save(drafts(text), of: queued)
        let staged = try await store.staged(queued)
        return try await store.finish(queued) ? staged : nil
    }

    /// A collection with one document that is ready.
    func library(
        _ store: SQLiteDocumentStore, by asker: Asker, _ change: CollectionChange, text: String = "one\ntwo", filename: String? = "f.txt"
    ) async throws -> (collection: Retrieval.Collection, document: Document) {
        let collection = try await store.createCollection(change, by: asker)
        let added = try await store.add(upload(text, to: collection.id, of: store, filename: filename), by: asker)
        try await ingestNext(store)
        guard let document = try await store.document(added.document.id, for: asker) else { throw LibraryError.noSuchCollection }
        return (collection, document)
    }
}

extension PageRequest {
    static let all = PageRequest(limit: 1_000)
}
