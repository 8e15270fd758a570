import Access
import Conversation
import Hummingbird
import JSON
import Retrieval
import SchemaReflection
import TimeOrdered
import Turns

struct CollectionRoutes {
    let services: ServerServices

    private var audit: AuditLog { services.accounts.audit }

    func add(to api: API) {
        api.add(
            Operation(
                method: .post, path: "/api/v1/collections", id: "createCollection", tag: .collections, summary: "Make a collection.",
                admission: .scope(.documentsWrite), body: .json(NewCollection.self),
                answers: [.created(CollectionResource.self, "The collection.")], problems: [.conflict], isIdempotent: true)
        ) { try await create($0) }
        api.add(
            Operation(
                method: .get, path: "/api/v1/collections", id: "listCollections", tag: .collections,
                summary: "The collections that the caller may read.", admission: .scope(.documentsRead), parameters: Parameter.page(),
                answers: [.ok(ListResponse<CollectionResource>.self, "A page of them, oldest first.")])
        ) { call in
            try Response.json(
                ListResponse(try await services.library.store.collections(for: call.asker, try call.page()), CollectionResource.init))
        }
        api.add(
            Operation(
                method: .get, path: "/api/v1/collections/{id}", id: "getCollection", tag: .collections, summary: "One collection.",
                admission: .scope(.documentsRead), parameters: [.id("The collection.")],
                answers: [.ok(CollectionResource.self, "The collection.", tagged: true)])
        ) { call in
            guard let found = try await services.library.store.collection(call.id(), for: call.asker) else { throw Problem.notFound }
            return try Response.tagged(CollectionResource(found))
        }
        api.add(
            Operation(
                method: .patch, path: "/api/v1/collections/{id}", id: "updateCollection", tag: .collections,
                summary: "Change a collection, or who may read it.", admission: .scope(.documentsWrite), parameters: [.id("The collection.")],
                body: .json(ChangedCollection.self), answers: [.ok(CollectionResource.self, "As it is now.", tagged: true)],
                problems: [.conflict], isConditional: true)
        ) { try await update($0) }
        api.add(
            Operation(
                method: .delete, path: "/api/v1/collections/{id}", id: "deleteCollection", tag: .collections,
                summary: "Delete a collection and its documents.",
                details: "Sessions keep what their answers have frozen of it; their `collection_id` becomes null.",
                admission: .scope(.documentsWrite), parameters: [.id("The collection.")], answers: [.noContent("It is gone.")],
                isConditional: true)
        ) { try await delete($0) }
    }

    private func update(_ call: Call) async throws -> Response {
        let body = try await call.body(ChangedCollection.self, limit: services.limits.bodyBytes)
        let change = body.change(readers: try await readers(body.readers, call))
        guard let known = try await services.library.store.collection(call.id(), for: call.asker) else { throw Problem.notFound }
        try call.request.checkMatch(CollectionResource(known))
        let seen = call.request.headers[.ifMatch] == nil ? nil : known
        guard let changed = try await services.library.store.update(collection: known.id, change, inPlaceOf: seen, by: call.asker) else {
            throw Problem.notFound
        }
        if changed.visibility != known.visibility || changed.readers != known.readers {
            let readers = JSONValue.array(changed.readers.map { .string($0.description) })
            try await audit.record(
                .collectionShared, of: .collection, changed.id, by: call.asker, from: call.address,
                details: ["visibility": .string(changed.visibility.rawValue), "readers": readers])
        }
        return try Response.tagged(CollectionResource(changed))
    }

    /// Each once, however they are named.
    private func readers(_ references: [UserReference]?, _ call: Call) async throws -> [UserID]? {
        guard let references else { return nil }
        var seen: Set<UserID> = []
        return try zip(references, try await services.accounts.users.named(references, by: call.asker)).compactMap { reference, user in
            guard let user else {
                throw Problem(status: .notFound, code: "no_such_user", detail: "There is no user \(reference.text) here to be a reader.")
            }
            return seen.insert(user.id).inserted ? user.id : nil
        }
    }

    private func delete(_ call: Call) async throws -> Response {
        let id = try call.id()
        guard let known = try await services.library.store.collection(id, for: call.asker) else { throw Problem.notFound }
        try call.request.checkMatch(CollectionResource(known))
        guard known.isManaged(by: call.asker) else { throw LibraryError.mayNotWrite }
        // Sessions first: if the process ends in between, the deletion is asked for again.
        for session in try await services.log.sessions(inCollection: id) {
            let update = SessionUpdated(leavesCollection: true)
            do {
                _ = try await services.log.append(AppendBatch(sessionID: session, drafts: [EventDraft(.sessionUpdated(update))]))
            } catch LogError.noSession {
                // Deleted meanwhile.
                continue
            }
            services.sessionFeed.changed(session)
        }
        // Before it is gone: a record of what did not happen misleads less than a deletion without one.
        try await audit.record(.collectionDeleted, of: .collection, id, by: call.asker, from: call.address)
        guard try await services.library.delete(collection: id, by: call.asker) else { throw Problem.notFound }
        return Response(status: .noContent)
    }

    private func create(_ call: Call) async throws -> Response {
        let (body, bytes) = try await call.bodyAndBytes(NewCollection.self, limit: services.limits.bodyBytes)
        let change = body.change(readers: try await readers(body.readers, call))
        return try await Idempotent(gate: services.idempotency, logger: services.logger).once(
            call.request, asker: call.asker, fingerprint: Idempotent.fingerprint(call.request, bytes)
        ) {
            let made = try await services.library.store.createCollection(change, by: call.asker)
            try await audit.record(.collectionCreated, of: .collection, made.id, by: call.asker, from: call.address)
            return (.created, try encodeJSON(CollectionResource(made)))
        }
    }
}
