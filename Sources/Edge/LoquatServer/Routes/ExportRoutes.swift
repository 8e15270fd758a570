import Access
import Conversation
import Foundation
import Hummingbird
import JSON
import NIOCore
import Retrieval
import NIOPosix
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
            guard let session = try await services.log.session(call.id(), of: call.asker.userID) else { throw Problem.notFound }
            return Self.export([session.id], services)
        }
        api.add(
            Operation(
                method: .post, path: "/api/v1/chat/sessions/import", id: "importSessions", tag: .sessions,
                summary: "Make sessions of an exported file.",
                details: """
                    An export of this server, one session or several; ChatGPT's `conversations.json`; or Open WebUI's export of chats. The file \
                    is the body, or the `file` of a form. The sessions are the caller's. Those of an export of this server keep their ids for \
                    callers with the scope `admin`, where nobody has them.
                    """,
                admission: .scope(.chat), body: Self.file, answers: [.created(ImportResource.self, "The sessions.")])
        ) { call in
            let importing = SessionImport(
                log: services.log, ids: services.ids, user: call.asker.userID, workspace: call.asker.workspaceID, keepsIDs: call.asker.may(.admin))
            return try await Self.take(call.request, importing, services, limit: services.limits.uploadBytes)
        }
    }

    private static let form = TypeSchema.object(
        ObjectSchema(
            name: nil, members: [.init(name: "file", schema: .string(StringRule(format: "binary")), isRequired: true, note: "The file.")]))
    private static let file = BodyContent(types: [("application/jsonl", .string()), ("application/json", .anything)])
        .orForm(form, files: ["file": ["application/jsonl", "application/json"]])

    /// Sessions one after the other.
    static func export(_ sessions: [SessionID], _ services: ServerServices) -> Response {
        Response(
            status: .ok,
            headers: [
                .contentType: "application/jsonl",
                .contentDisposition: "attachment; filename=\"\(sessions.count == 1 ? "session-\(sessions[0])" : "sessions").jsonl\"",
            ],
            body: ResponseBody { writer in
                for session in sessions {
                    try await SessionExport(log: services.log).write(session) { try await writer.write(ByteBuffer(bytes: $0)) }
                }
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
    /// - Parameter limit: its bytes at the most.
    static func take(_ request: Request, _ importing: SessionImport, _ services: ServerServices, limit: Int) async throws -> Response {
        let bytes = try await request.file(limit: limit, services)
        var made: [SessionResource] = []
        var first: UUIDv7?
        var skipped: String?
        func add(_ row: SessionRow) {
            services.sessionFeed.changed(row.id)
            if first == nil { first = row.id }
            if made.count < told { made.append(SessionResource(row)) }
        }
        do {
            switch try ConversationImport.detect(bytes) {
            case .own:
                var reader = OwnExportReader(bytes)
                while let session = try reader.next() { add(try await importing.restore(session)) }
            case .product(let product):
                var reader = ExportReader(bytes, of: product)
                while let conversation = reader.next() { add(try await importing.make(conversation, now: services.clock.now())) }
                skipped = reader.skipped.sentence
            }
        } catch let error as ImportError {
            let before = first == nil ? "" : " The sessions before it were taken in."
            throw Problem(status: .unprocessableContent, code: error.code, detail: error.message + before)
        }
        return try Response.json(ImportResource(sessionID: first, items: made, skipped: skipped), status: .created)
    }
}

extension Request {
    private static let formLimit = 1 << 20

    /// The body as it is, or the file of the form that it is.
    fileprivate func file(limit: Int, _ services: ServerServices) async throws -> [UInt8] {
        let type = headers[.contentType] ?? ""
        let isForm = type.lowercased().hasPrefix("multipart/form-data")
        if let length = headers[.contentLength].flatMap(Int.init), length > limit + (isForm ? Self.formLimit : 0) {
            throw Problem.tooLarge(limit: limit)
        }
        guard !isForm else { return try await fileOfForm(type, limit, services) }
        do { return Array(try await body.collect(upTo: limit).readableBytesView) } catch is NIOTooManyBytesError {
            throw Problem.tooLarge(limit: limit)
        } catch {
            throw Problem.brokenBody
        }
    }

    private func fileOfForm(_ type: String, _ limit: Int, _ services: ServerServices) async throws -> [UInt8] {
        guard let boundary = MultipartParser.boundary(of: type) else {
            throw Problem.badRequest("invalid_multipart", "The Content-Type names no boundary.")
        }
        let path = try await UploadReceiver(store: services.library.store, limit: limit).receive(self, boundary: boundary).file.path
        return try await NIOThreadPool.singleton.runIfActive {
            let contents = Result { try Data(contentsOf: URL(fileURLWithPath: path)) }
            try FileManager.default.removeItem(atPath: path)
            return Array(try contents.get())
        }
    }
}
