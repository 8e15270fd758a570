import Access
import Conversation
import DocumentText
import HTTPTypes
import Hummingbird
import JSON
import NIOCore
import NIOPosix
import Retrieval
import SchemaReflection
import ServerSentEvents
import ServiceLifecycle
import TimeOrdered

struct DocumentRoutes {
    let services: ServerServices

    private static let titleLimit = NewDocument.titleLimit
    private static let outcomeHeader = HTTPField.Name("X-Loquat-Outcome")!

    private var store: any DocumentStore { services.library.store }

    func add(to api: API) {
        api.add(
            Operation(
                method: .post, path: "/api/v1/documents", id: "createDocument", tag: .documents, summary: "Put a document in.",
                details: """
                    A file as `multipart/form-data`, or text as JSON. It is read after the answer: `events` tells how far it is. The same file \
                    in the same collection is answered with 200 as it stands; a new version of a file takes its place. Which of these it was says \
                    `X-Loquat-Outcome`: `created`, `replaced` or `unchanged`; an answer that is repeated for its `Idempotency-Key` lacks it.
                    """,
                admission: .scope(.documentsWrite),
                body: .json(NewDocument.self).orForm(NewDocument.form, files: ["file": DocumentFormat.mediaTypes]),
                answers: [
                    .created(DocumentResource.self, "The document, to be read."),
                    .ok(DocumentResource.self, "It was there already, or an earlier version of it."),
                ], isIdempotent: true)
        ) { try await upload($0) }
        api.add(
            Operation(
                method: .get, path: "/api/v1/documents", id: "listDocuments", tag: .documents, summary: "The documents that the caller may read.",
                admission: .scope(.documentsRead),
                parameters: [.query("collection_id", .uuid, "Those of one collection alone.")] + Parameter.page(),
                answers: [.ok(ListResponse<DocumentResource>.self, "A page of them, oldest first.")])
        ) { call in
            let collection = try call.request.queryID("collection_id")
            return try Response.json(
                ListResponse(try await store.documents(in: collection, for: call.asker, try call.page()), DocumentResource.init))
        }
        api.add(
            Operation(
                method: .get, path: "/api/v1/documents/{id}", id: "getDocument", tag: .documents, summary: "One document, without its text.",
                admission: .scope(.documentsRead), parameters: [Self.id], answers: [.ok(DocumentResource.self, "The document.")])
        ) { call in try Response.json(DocumentResource(try await document(call))) }
        api.add(
            Operation(
                method: .delete, path: "/api/v1/documents/{id}", id: "deleteDocument", tag: .documents, summary: "Delete a document.",
                details: "Answers keep what they have frozen of it.", admission: .scope(.documentsWrite), parameters: [Self.id],
                answers: [.noContent("It is gone.")])
        ) { call in
            guard try await services.library.delete(document: call.id(), by: call.asker) else { throw Problem.notFound }
            try await services.log.forgetClaims(about: call.id())
            try await services.accounts.audit.record(.documentDeleted, of: .document, call.id(), by: call.asker, from: call.address)
            return Response(status: .noContent)
        }
        api.add(
            Operation(
                method: .get, path: "/api/v1/documents/{id}/content", id: "getDocumentContent", tag: .documents, summary: "A document's text.",
                details: "The text that offsets of sources and quotes count in, in Unicode scalars.", admission: .scope(.documentsRead),
                parameters: [Self.id], answers: [.text("text/plain; charset=utf-8", "The text.")], problems: [.conflict])
        ) { try await content($0) }
        api.add(
            Operation(
                method: .get, path: "/api/v1/documents/{id}/chunks", id: "listChunks", tag: .documents,
                summary: "The passages that a document was cut into.", admission: .scope(.documentsRead),
                parameters: [Self.id] + Parameter.page(), answers: [.ok(ListResponse<ChunkResource>.self, "A page of them, in its order.")])
        ) { call in
            let document = try await document(call)
            return try Response.json(
                ListResponse(try await store.chunks(of: document.id, for: call.asker, try call.page()), ChunkResource.init))
        }
        api.add(
            Operation(
                method: .get, path: "/api/v1/documents/{id}/events", id: "watchDocument", tag: .documents, summary: "How far a document is read.",
                admission: .scope(.documentsRead), parameters: [Self.id],
                answers: [
                    .stream(
                        "The document as it stands, and again each time that changes.",
                        [
                            TurnEvents.event("progress", "While it waits or is read.", DocumentResource.self),
                            TurnEvents.event("done", "It can be searched; the last event.", DocumentResource.self),
                            TurnEvents.event(
                                "error", "It could not be read; the last event, with `code` and `message` beside.", DocumentResource.self),
                        ])
                ])
        ) { try await progress($0) }
    }

    private static let id = Parameter.id("The document.")

    private func document(_ call: Call) async throws -> Document {
        guard let found = try await store.document(call.id(), for: call.asker) else { throw Problem.notFound }
        return found
    }

    private func content(_ call: Call) async throws -> Response {
        let document = try await document(call)
        let text = try await store.text(of: document.id, for: call.asker) ?? ""
        if text.isEmpty, document.status != .ready {
            throw Problem(status: .conflict, code: "not_ready", detail: "The document has no text yet: it is \(document.status.rawValue).")
        }
        return Response(
            status: .ok, headers: [.contentType: "text/plain; charset=utf-8", HTTPField.Name("X-Content-Type-Options")!: "nosniff"],
            body: .init(byteBuffer: ByteBuffer(string: text)))
    }

    // MARK: Upload

    private func upload(_ call: Call) async throws -> Response {
        let type = call.request.headers[.contentType] ?? "application/json"
        if let length = call.request.headers[.contentLength].flatMap(Int.init), length > services.limits.uploadBytes + (1 << 20) {
            throw Problem.tooLarge(limit: services.limits.uploadBytes)
        }
        if type.lowercased().hasPrefix("multipart/form-data") { return try await uploadFile(call, type) }
        return try await uploadText(call)
    }

    private func uploadFile(_ call: Call, _ type: String) async throws -> Response {
        guard let boundary = MultipartParser.boundary(of: type) else {
            throw Problem.badRequest("invalid_multipart", "The Content-Type names no boundary.")
        }
        let received = try await UploadReceiver(store: store, limit: services.limits.uploadBytes).receive(call.request, boundary: boundary)
        let (collection, mediaType, metadata) = try await Self.checked(received)
        return try await add(
            call, collection: collection, title: received.fields["title"], filename: received.filename, mediaType: mediaType,
            metadata: metadata, file: received.file)
    }

    /// - Throws: a problem with what came beside the file, which is dropped then.
    private static func checked(_ received: UploadReceiver.Received) async throws -> (CollectionID?, mediaType: String, metadata: JSONObject?) {
        do {
            var metadata: JSONObject?
            if let text = received.fields["metadata"], !text.isEmpty {
                // reason: said in other words
                guard let object = try? JSONParser.parse(text.utf8).object else { throw Problem.invalid("/metadata", "must be a JSON object") }
                metadata = object
            }
            let path = received.file.path
            guard let sample = try await NIOThreadPool.singleton.runIfActive({ FileSample(path: path) }) else { throw Problem.brokenBody }
            guard let format = DocumentFormat.detect(sample, declared: received.contentType, filename: received.filename) else {
                throw Problem.unreadable(received.filename, declared: received.contentType)
            }
            let collection = received.fields["collection_id"]
            let id = collection.flatMap { UUIDv7($0) }
            guard collection == nil || id != nil else { throw Problem.invalid("/collection_id", "must be a UUID") }
            return (id, format.mediaType, metadata)
        } catch {
            discard(received.file)
            throw error
        }
    }

    private func uploadText(_ call: Call) async throws -> Response {
        let body = try await call.body(NewDocument.self, limit: services.limits.uploadBytes)
        // Text it is, whatever the name of its file ends in.
        let claimed = DocumentFormat.claimed(declared: body.mediaType, filename: body.filename)
        let mediaType = (claimed.flatMap { DocumentFormat.textual.contains($0) ? $0 : nil } ?? .text).mediaType
        let file = try await UploadReceiver(store: store, limit: services.limits.uploadBytes).receive(text: body.text)
        return try await add(
            call, collection: body.collectionID, title: body.title, filename: body.filename, mediaType: mediaType,
            metadata: body.metadata, file: file)
    }

    private func add(
        _ call: Call, collection: CollectionID?, title: String?, filename: String?, mediaType: String,
        metadata: JSONObject?, file: UploadedFile
    ) async throws -> Response {
        var isAdded = false
        // Nor does an answer that is repeated need the file.
        defer { if !isAdded { Self.discard(file) } }
        guard let collection else { throw Problem.invalid("/collection_id", "is required") }
        if let title, title.unicodeScalars.count > Self.titleLimit {
            throw Problem.invalid("/title", "must have at most \(Self.titleLimit) characters")
        }
        guard try await store.collection(collection, for: call.asker) != nil else { throw Problem.notFound }
        let upload = Upload(
            collectionID: collection, title: title.flatMap { $0.isEmpty ? nil : $0 }, filename: filename.flatMap(Self.baseName), mediaType: mediaType,
            metadata: metadata, file: file)
        let fingerprint = Idempotent.fingerprint(
            call.request, file.sha256, collection.bytes, Array((title ?? "").utf8), Array((filename ?? "").utf8),
            JSONValue.object(metadata ?? [:]).bytes)
        var outcome: AddedDocument.Outcome?
        var response = try await Idempotent(gate: services.idempotency, logger: services.logger).once(
            call.request, asker: call.asker, fingerprint: fingerprint
        ) {
            let added = try await services.library.add(upload, by: call.asker)
            isAdded = true
            outcome = added.outcome
            if added.outcome == .replaced {
                try await services.accounts.audit.record(
                    .documentReplaced, of: .document, added.document.id, by: call.asker, from: call.address)
            }
            return (added.outcome == .created ? .created : .ok, try encodeJSON(DocumentResource(added.document)))
        }
        if let outcome { response.headers[Self.outcomeHeader] = "\(outcome)" }
        return response
    }

    /// A name is kept with its folders, as `ingest` sends it, but leads nowhere above them.
    /// Nil where nothing is left of it: documents without a name are not each other's versions.
    private static func baseName(_ name: String) -> String? {
        let parts = name.replacing("\\", with: "/").split(separator: "/").filter { $0 != ".." && $0 != "." }
        return parts.isEmpty ? nil : parts.joined(separator: "/")
    }

    private static func discard(_ file: UploadedFile) { _ = file.path.withCString { unlinkFile($0) } }

    // MARK: Progress

    private func progress(_ call: Call) async throws -> Response {
        let document = try await document(call)
        let signals = services.library.feed.signals(of: document.id)
        guard let current = try await store.document(document.id, for: call.asker) else { throw Problem.notFound }
        return Response(
            status: .ok, headers: Response.eventStreamHeaders,
            body: ResponseBody { writer in
                var latest = current
                try await Self.tell(latest, &writer)
                if latest.status == .queued || latest.status == .processing {
                    for await signal in signals.cancelOnGracefulShutdown() {
                        guard case .changed(let change) = signal else {
                            try await Response.writeSignOfLife(&writer)
                            continue
                        }
                        latest = change
                        try await Self.tell(latest, &writer)
                        if latest.status == .ready || latest.status == .failed { break }
                    }
                }
                try await writer.finish(nil)
            })
    }

    private static func tell(_ document: Document, _ writer: inout any ResponseBodyWriter) async throws {
        let name = document.status == .ready ? "done" : document.status == .failed ? "error" : "progress"
        var members = try jsonValue(DocumentResource(document)).object?.members ?? []
        if document.status == .failed, let error = document.error {
            members.append(.init("code", .string(error.code)))
            members.append(.init("message", .string(error.message)))
        }
        var output = EventStreamWriter(reserving: 512)
        output.event(name, data: JSONValue.object(JSONObject([.init("type", .string(name))] + members)).bytes)
        try await writer.write(ByteBuffer(bytes: output.bytes))
    }
}

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

private func unlinkFile(_ path: UnsafePointer<CChar>) -> Int32 { unlink(path) }
