import Access
import HTTPTypes
import Hummingbird
import JSON
import NIOCore
import Retrieval
import ServerSentEvents
import ServiceLifecycle
import TimeOrdered

struct DocumentRoutes {
    let services: ServerServices

    private static let titleLimit = 1_000

    private var store: any DocumentStore { services.library.store }

    func add(to api: RouterGroup<ServerContext>) {
        api.post("documents") { request, context in try await upload(request, context) }
        api.get("documents") { request, context in
            let asker = try context.asker(for: .documentsRead)
            let collection = try request.queryID("collection_id")
            return try Response.json(
                ListResponse(try await store.documents(in: collection, for: asker, try request.page()), DocumentResource.init))
        }
        api.get("documents/:id") { _, context in try Response.json(DocumentResource(try await document(context).document)) }
        api.delete("documents/:id") { _, context in
            let asker = try context.asker(for: .documentsWrite)
            guard try await services.library.delete(document: context.id("id"), by: asker) else { throw Problem.notFound }
            return Response(status: .noContent)
        }
        api.get("documents/:id/content") { _, context in try await content(context) }
        api.get("documents/:id/chunks") { request, context in
            let (asker, document) = try await document(context)
            return try Response.json(ListResponse(try await store.chunks(of: document.id, for: asker, try request.page()), ChunkResource.init))
        }
        api.get("documents/:id/events") { _, context in try await progress(context) }
    }

    private func document(_ context: ServerContext) async throws -> (asker: Asker, document: Document) {
        let asker = try context.asker(for: .documentsRead)
        guard let found = try await store.document(context.id("id"), for: asker) else { throw Problem.notFound }
        return (asker, found)
    }

    private func content(_ context: ServerContext) async throws -> Response {
        let (asker, document) = try await document(context)
        let text = try await store.text(of: document.id, for: asker) ?? ""
        if text.isEmpty, document.status != .ready {
            throw Problem(status: .conflict, code: "not_ready", detail: "The document has no text yet: it is \(document.status.rawValue).")
        }
        return Response(
            status: .ok, headers: [.contentType: "text/plain; charset=utf-8", HTTPField.Name("X-Content-Type-Options")!: "nosniff"],
            body: .init(byteBuffer: ByteBuffer(string: text)))
    }

    // MARK: Upload

    private struct TextBody: Decodable {
        let text: String?
        let title: String?
        let filename: String?
        let mediaType: String?
        let collectionID: UUIDv7?
        let metadata: JSONObject?
    }

    private func upload(_ request: Request, _ context: ServerContext) async throws -> Response {
        let asker = try context.asker(for: .documentsWrite)
        let type = request.headers[.contentType] ?? "application/json"
        if let length = request.headers[.contentLength].flatMap(Int.init), length > services.limits.uploadBytes + (1 << 20) {
            throw Problem.tooLarge(limit: services.limits.uploadBytes)
        }
        if type.lowercased().hasPrefix("multipart/form-data") { return try await uploadFile(request, asker, type) }
        return try await uploadText(request, asker)
    }

    private func uploadFile(_ request: Request, _ asker: Asker, _ type: String) async throws -> Response {
        guard let boundary = MultipartParser.boundary(of: type) else {
            throw Problem.badRequest("invalid_multipart", "The Content-Type names no boundary.")
        }
        let received = try await UploadReceiver(store: store, limit: services.limits.uploadBytes).receive(request, boundary: boundary)
        let (collection, mediaType, metadata) = try Self.checked(received)
        return try await add(
            request, asker, collection: collection, title: received.fields["title"], filename: received.filename, mediaType: mediaType,
            metadata: metadata, file: received.file)
    }

    /// - Throws: a problem with what came beside the file, which is dropped then.
    private static func checked(_ received: UploadReceiver.Received) throws -> (CollectionID?, mediaType: String, metadata: JSONObject?) {
        do {
            var metadata: JSONObject?
            if let text = received.fields["metadata"], !text.isEmpty {
                // reason: said in other words
                guard let object = try? JSONParser.parse(text.utf8).object else { throw Problem.invalid("/metadata", "must be a JSON object") }
                metadata = object
            }
            guard let mediaType = DocumentParser.mediaType(declared: received.contentType, filename: received.filename) else {
                throw unreadable(received.filename ?? "the file")
            }
            let collection = received.fields["collection_id"]
            let id = collection.flatMap { UUIDv7($0) }
            guard collection == nil || id != nil else { throw Problem.invalid("/collection_id", "must be a UUID") }
            return (id, mediaType, metadata)
        } catch {
            discard(received.file)
            throw error
        }
    }

    private func uploadText(_ request: Request, _ asker: Asker) async throws -> Response {
        let body = try await request.json(TextBody.self, limit: services.limits.uploadBytes)
        guard let text = body.text else { throw Problem.invalid("/text", "is required") }
        guard
            let mediaType = DocumentParser.mediaType(declared: body.mediaType ?? (body.filename == nil ? "text/plain" : nil), filename: body.filename)
        else { throw Self.unreadable(body.mediaType ?? body.filename ?? "the text") }
        let file = try await UploadReceiver(store: store, limit: services.limits.uploadBytes).receive(text: text)
        return try await add(
            request, asker, collection: body.collectionID, title: body.title, filename: body.filename, mediaType: mediaType,
            metadata: body.metadata, file: file)
    }

    private func add(
        _ request: Request, _ asker: Asker, collection: CollectionID?, title: String?, filename: String?, mediaType: String,
        metadata: JSONObject?, file: UploadedFile
    ) async throws -> Response {
        var isAdded = false
        // Nor does an answer that is repeated need the file.
        defer { if !isAdded { Self.discard(file) } }
        guard let collection else { throw Problem.invalid("/collection_id", "is required") }
        if let title, title.unicodeScalars.count > Self.titleLimit {
            throw Problem.invalid("/title", "must have at most \(Self.titleLimit) characters")
        }
        guard try await store.collection(collection, for: asker) != nil else { throw Problem.notFound }
        let upload = Upload(
            collectionID: collection, title: title.flatMap { $0.isEmpty ? nil : $0 }, filename: filename.map(Self.baseName), mediaType: mediaType,
            metadata: metadata, file: file)
        let fingerprint = Idempotent.fingerprint(
            request, file.sha256, collection.bytes, Array((title ?? "").utf8), Array((filename ?? "").utf8), JSONValue.object(metadata ?? [:]).bytes)
        return try await Idempotent(gate: services.idempotency, logger: services.logger).once(request, asker: asker, fingerprint: fingerprint) {
            let added = try await services.library.add(upload, by: asker)
            isAdded = true
            return (added.outcome == .created ? .created : .ok, try encodeJSON(DocumentResource(added.document)))
        }
    }

    /// A name is kept with its folders, as `ingest` sends it, but leads nowhere above them.
    private static func baseName(_ name: String) -> String {
        name.replacing("\\", with: "/").split(separator: "/").filter { $0 != ".." && $0 != "." }.joined(separator: "/")
    }

    private static func unreadable(_ name: String) -> Problem {
        .unsupportedType("\(name.prefix(200)) is of no type that can be read here: \(DocumentParser.mediaTypes.joined(separator: ", ")).")
    }

    private static func discard(_ file: UploadedFile) { _ = file.path.withCString { unlinkFile($0) } }

    // MARK: Progress

    private func progress(_ context: ServerContext) async throws -> Response {
        let (asker, document) = try await document(context)
        let signals = services.library.feed.signals(of: document.id)
        guard let current = try await store.document(document.id, for: asker) else { throw Problem.notFound }
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
