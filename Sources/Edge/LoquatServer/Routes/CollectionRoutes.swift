import Access
import Conversation
import Hummingbird
import JSON
import Retrieval
import TimeOrdered
import Turns

struct CollectionRoutes {
    let services: ServerServices

    private static let nameLimit = 200
    private static let descriptionLimit = 4_000

    func add(to api: RouterGroup<ServerContext>) {
        api.post("collections") { request, context in try await create(request, context) }
        api.get("collections") { request, context in
            let asker = try context.asker(for: .documentsRead)
            return try Response.json(
                ListResponse(try await services.library.store.collections(for: asker, try request.page()), CollectionResource.init))
        }
        api.get("collections/:id") { _, context in
            let asker = try context.asker(for: .documentsRead)
            guard let found = try await services.library.store.collection(context.id("id"), for: asker) else { throw Problem.notFound }
            return try Response.tagged(CollectionResource(found))
        }
        api.patch("collections/:id") { request, context in
            let asker = try context.asker(for: .documentsWrite)
            let change = try await request.json(Body.self, limit: services.limits.bodyBytes).validated(nameRequired: false)
            guard let known = try await services.library.store.collection(context.id("id"), for: asker) else { throw Problem.notFound }
            try request.checkMatch(CollectionResource(known))
            guard let changed = try await services.library.store.update(collection: context.id("id"), change, by: asker) else {
                throw Problem.notFound
            }
            return try Response.tagged(CollectionResource(changed))
        }
        api.delete("collections/:id") { request, context in
            let asker = try context.asker(for: .documentsWrite)
            let id = try context.id("id")
            guard let known = try await services.library.store.collection(id, for: asker) else { throw Problem.notFound }
            try request.checkMatch(CollectionResource(known))
            guard known.isManaged(by: asker) else { throw LibraryError.mayNotWrite }
            // Sessions first: if the process ends in between, the deletion is asked for again.
            for session in try await services.log.sessions(inCollection: id) {
                let update = SessionUpdated(leavesCollection: true)
                _ = try await services.log.append(AppendBatch(sessionID: session, drafts: [EventDraft(.sessionUpdated(update))]))
                services.sessionFeed.changed(session)
            }
            guard try await services.library.delete(collection: id, by: asker) else { throw Problem.notFound }
            return Response(status: .noContent)
        }
    }

    private struct Body: Decodable {
        let name: String?
        let description: String?
        let visibility: String?
        let readers: [UUIDv7]?

        func validated(nameRequired: Bool) throws(Problem) -> CollectionChange {
            if nameRequired, name == nil { throw .invalid("/name", "is required") }
            if let name, name.isEmpty || name.unicodeScalars.count > CollectionRoutes.nameLimit {
                throw .invalid("/name", "must have 1 to \(CollectionRoutes.nameLimit) characters")
            }
            if let description, description.unicodeScalars.count > CollectionRoutes.descriptionLimit {
                throw .invalid("/description", "must have at most \(CollectionRoutes.descriptionLimit) characters")
            }
            var change = CollectionChange(name: name, description: description, readers: readers)
            if let visibility {
                guard let known = Retrieval.Collection.Visibility(rawValue: visibility) else {
                    throw .invalid("/visibility", "must be private or workspace")
                }
                change.visibility = known
            }
            return change
        }
    }

    private func create(_ request: Request, _ context: ServerContext) async throws -> Response {
        let asker = try context.asker(for: .documentsWrite)
        let bytes = try await request.jsonBytes(limit: services.limits.bodyBytes)
        let change = try decodeJSON(Body.self, from: bytes).validated(nameRequired: true)
        return try await Idempotent(gate: services.idempotency, logger: services.logger).once(
            request, asker: asker, fingerprint: Idempotent.fingerprint(request, bytes)
        ) {
            let made = try await services.library.store.createCollection(change, by: asker)
            return (.created, try encodeJSON(CollectionResource(made)))
        }
    }
}
