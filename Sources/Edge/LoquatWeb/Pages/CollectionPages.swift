import Access
import Conversation
import Hummingbird
import LoquatServer
import Retrieval
import TimeOrdered

/// Collections and what is in them.
struct CollectionPages {
    private static let collectionsAtOnce = 50
    private static let documentsAtOnce = 50

    let services: ServerServices
    let frames: Frames

    private var store: any DocumentStore { services.library.store }

    func add(to router: some RouterMethods<ServerContext>) {
        router.get("collections") { request, _ in
            let visitor = try await frames.visitor(request)
            let list = try await store.collections(
                for: visitor.asker, PageRequest(limit: Self.collectionsAtOnce, cursor: request.query("cursor")))
            let page = CollectionsPage(
                collections: list.items.map { .init($0) }, more: list.next.map(LocalPath.encoded), mayWrite: visitor.asker.may(.documentsWrite))
            return try await frames.page("collections", page, for: visitor, at: .collections)
        }
        router.get("collections/:id") { request, context in
            let visitor = try await frames.visitor(request)
            let collection = try await collection(context, visitor)
            let page = try await page(collection, visitor, request)
            return try await frames.page("collection", page, for: visitor, at: .collections)
        }
        router.get("collections/:id/documents") { request, context in
            let visitor = try await frames.visitor(request)
            return Response.page("documents", try await documents(of: try await collection(context, visitor), visitor, request))
        }
    }

    private func collection(_ context: ServerContext, _ visitor: Visitor) async throws -> Retrieval.Collection {
        guard let found = try await store.collection(context.pageID(), for: visitor.asker) else { throw PageError.notFound }
        return found
    }

    private func documents(of collection: Retrieval.Collection, _ visitor: Visitor, _ request: Request) async throws -> DocumentList {
        let cursor = request.query("cursor")
        let page = try await store.documents(
            in: collection.id, for: visitor.asker, PageRequest(limit: Self.documentsAtOnce, cursor: cursor))
        return DocumentList(
            collectionID: collection.id.description, cursor: cursor.map(LocalPath.encoded), documents: page.items.map { DocumentRow($0) },
            moreDocuments: page.next.map(LocalPath.encoded),
            isBusy: page.items.contains { $0.status == .queued || $0.status == .processing },
            mayFill: visitor.asker.may(.documentsWrite) && collection.isFilled(by: visitor.asker))
    }

    private func mayManage(_ collection: Retrieval.Collection, _ visitor: Visitor) -> Bool {
        visitor.asker.may(.documentsWrite) && collection.isManaged(by: visitor.asker)
    }

    private func page(_ collection: Retrieval.Collection, _ visitor: Visitor, _ request: Request) async throws -> CollectionPage {
        let list = try await documents(of: collection, visitor, request)
        var people: [CollectionPage.Person] = []
        var isAll = false
        let mayManage = mayManage(collection, visitor)
        if mayManage {
            let known = try await frames.access.people(visitor.asker, readers: collection.readers)
            isAll = known.isAll
            people = known.people.filter { $0.id != collection.ownerID }.map { .init($0, isReader: collection.readers.contains($0.id)) }
        }
        return CollectionPage(
            title: collection.name, id: collection.id.description, name: collection.name, description: collection.description,
            readable: collection.readable, isShared: collection.visibility == .workspace, people: people, namesOthers: !isAll,
            uploadBytes: services.limits.uploadBytes,
            uploadLimit: ByteCount.text(services.limits.uploadBytes), mayManage: mayManage, collectionID: list.collectionID,
            cursor: list.cursor, documents: list.documents, moreDocuments: list.moreDocuments, isBusy: list.isBusy, mayFill: list.mayFill)
    }
}
