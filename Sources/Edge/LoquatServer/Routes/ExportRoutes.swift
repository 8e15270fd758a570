import Access
import Conversation
import Foundation
import Hummingbird
import JSON
import NIOCore
import NIOPosix
import Retrieval
import SchemaReflection
import TimeOrdered
import Turns

/// Taking conversations along.
struct ExportRoutes {
    let services: ServerServices

    func add(to api: API) {
        api.add(
            Operation(
                method: .get, path: "/api/v1/chat/sessions/{id}/export", id: "exportSession", tag: .sessions, summary: "A session as JSON Lines.",
                details: "Its whole log, sealed by a digest in the last line. Imported again, nothing of it is lost.", admission: .scope(.chat),
                parameters: [.id("The session.")], answers: [.text("application/jsonl", "One event a line.")])
        ) { call in
            Self.export(try await call.session(in: services.log), services)
        }
        api.add(
            Operation(
                method: .post, path: "/api/v1/chat/sessions/import", id: "importSessions", tag: .sessions,
                summary: "Make sessions of an exported file.",
                details: """
                    An export of this server, one session or several; ChatGPT's `conversations.json`; or Open WebUI's export of chats. The file \
                    is the body, or the `file` of a form. The sessions are the caller's. Those of an export of this server keep their ids for \
                    callers with the scope `admin`, where nobody has them. Two imports run at once; others get 429.
                    """,
                admission: .scope(.chat), body: Self.file, answers: [.created(ImportResource.self, "The sessions.")], isIdempotent: true)
        ) { call in
            let importing = SessionImport(
                log: services.log, ids: services.ids, user: call.asker.userID, workspace: call.asker.workspaceID, keepsIDs: call.asker.may(.admin),
                metadataLimit: services.limits.bodyBytes)
            return try await Self.take(call.request, importing, services, limit: services.limits.uploadBytes, once: call.asker)
        }
    }

    private static let form = TypeSchema.object(
        ObjectSchema(
            name: nil, members: [.init(name: "file", schema: .string(StringRule(format: "binary")), isRequired: true, note: "The file.")]))
    private static let file = BodyContent(types: [("application/jsonl", .string()), ("application/json", .anything)])
        .orForm(form, files: ["file": ["application/jsonl", "application/json"]])

    static func export(_ session: SessionRow, _ services: ServerServices) -> Response {
        Response(
            status: .ok,
            headers: [
                .contentType: "application/jsonl", .contentDisposition: "attachment; filename=\"session-\(session.id).jsonl\"",
            ],
            body: ResponseBody { writer in
                try await SessionExport(log: services.log).write(session.id, to: session.headSeq) { try await writer.write(ByteBuffer(bytes: $0)) }
                try await writer.finish(nil)
            })
    }

    struct ImportResource: Codable, SchemaFields {
        let sessionID: UUIDv7?
        let items: [SessionResource]
        let skipped: String?

        static let schemaName = "Import"
        static let fields: [String: FieldRule] = [
            "session_id": .note("The first of the sessions."), "items": .note("The sessions that were made, the first 1,000 of them."),
            "skipped": .note("What could not be read, in words; null where everything was."),
        ]
    }

    private static let told = 1_000

    /// Takes in a file.
    /// - Parameters:
    ///   - limit: its bytes at the most.
    ///   - asker: whose `Idempotency-Key` counts; nil where none does.
    static func take(
        _ request: Request, _ importing: SessionImport, _ services: ServerServices, limit: Int, once asker: Asker? = nil
    ) async throws -> Response {
        let file = try await request.file(limit: limit, services)
        // Only now: a client that sends slowly is to hold up no other.
        do { try services.imports.take() } catch {
            try await file.remove()
            throw error
        }
        defer { services.imports.giveBack() }
        let bytes = try await file.take()
        guard let asker, let key = try Idempotent.key(request) else {
            return .json(bytes: try encodeJSON(try await made(of: bytes, importing, services)), status: .created)
        }
        let fingerprint = Idempotent.fingerprint(request, file.sha256)
        var importing = importing
        importing.request = (key, fingerprint)
        return try await Idempotent(gate: services.idempotency, logger: services.logger).once(
            request, asker: asker, fingerprint: fingerprint
        ) { [importing] in (.created, try encodeJSON(try await made(of: bytes, importing, services))) }
    }

    /// What is long to compute is done on another thread than the event loop's.
    private static func made(of bytes: [UInt8], _ importing: SessionImport, _ services: ServerServices) async throws -> ImportResource {
        var made: [SessionResource] = []
        var first: UUIDv7?
        var skipped: String?
        var number = 0
        func add(_ row: SessionRow) {
            number += 1
            services.sessionFeed.changed(row.id)
            if first == nil { first = row.id }
            if made.count < told { made.append(SessionResource(row)) }
        }
        do {
            switch try await NIOThreadPool.singleton.runIfActive({ try ConversationImport.detect(bytes) }) {
            case .own:
                var reader = OwnExportReader(bytes)
                while let session = try await next(&reader) { add(try await importing.restore(session, number: number)) }
            case .product(let product):
                var reader = ExportReader(bytes, of: product)
                while let conversation = try await next(&reader) {
                    add(try await importing.make(conversation, now: services.clock.now(), number: number))
                }
                skipped = reader.skipped.sentence
            }
        } catch let error as ImportError {
            let before = first == nil ? "" : " The sessions before it were taken in."
            throw Problem(status: .unprocessableContent, code: error.code, detail: error.message + before)
        }
        return ImportResource(sessionID: first, items: made, skipped: skipped)
    }

    private static func next(_ reader: inout OwnExportReader) async throws -> ExportedSession? {
        let before = reader
        let (session, after) = try await NIOThreadPool.singleton.runIfActive {
            var reader = before
            let session = try reader.next()
            return (session, reader)
        }
        reader = after
        return session
    }

    private static func next(_ reader: inout ExportReader) async throws -> ImportedConversation? {
        let before = reader
        let (conversation, after) = try await NIOThreadPool.singleton.runIfActive {
            var reader = before
            let conversation = reader.next()
            return (conversation, reader)
        }
        reader = after
        return conversation
    }
}

extension Request {
    private static let formLimit = 1 << 20

    /// The body as it is, or the file of the form that it is.
    fileprivate func file(limit: Int, _ services: ServerServices) async throws -> UploadedFile {
        let type = headers[.contentType] ?? ""
        let isForm = type.lowercased().hasPrefix("multipart/form-data")
        if let length = headers[.contentLength].flatMap(Int.init), length > limit + (isForm ? Self.formLimit : 0) {
            throw Problem.tooLarge(limit: limit)
        }
        let receiver = UploadReceiver(store: services.library.store, limit: limit)
        guard isForm else { return try await receiver.receive(body: self) }
        guard let boundary = MultipartParser.boundary(of: type) else {
            throw Problem.badRequest("invalid_multipart", "The Content-Type names no boundary.")
        }
        return try await receiver.receive(self, boundary: boundary).file
    }
}

extension UploadedFile {
    /// Bytes of a file that are read at once.
    private static let partSize = 1 << 20

    /// What is in it; it is gone then.
    fileprivate func take() async throws -> [UInt8] {
        try await NIOThreadPool.singleton.runIfActive {
            let contents = Result { try read() }
            try FileManager.default.removeItem(atPath: path)
            return try contents.get()
        }
    }

    fileprivate func remove() async throws {
        try await NIOThreadPool.singleton.runIfActive { try FileManager.default.removeItem(atPath: path) }
    }

    private func read() throws -> [UInt8] {
        let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
        // reason: nothing was written
        defer { try? handle.close() }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(size)
        while let part = try handle.read(upToCount: Self.partSize), !part.isEmpty { bytes.append(contentsOf: part) }
        return bytes
    }
}
