import Access
import Conversation
import Hummingbird
import NIOCore
import TimeOrdered
import Turns

/// Conversations of anybody, given away and taken in by commands.
struct LocalExportRoutes {
    /// Sessions whose rows are in memory at once.
    private static let pageSize = 100

    let services: ServerServices

    func add(to api: RouterGroup<ServerContext>) {
        api.get("sessions/:session/export") { _, context in
            let session = try context.id("session")
            guard let found = try await conversation(session) else {
                throw Problem(status: .notFound, code: "not_found", detail: "There is no session \(session) in this data directory.")
            }
            return ExportRoutes.export(found, services)
        }
        api.get("export") { _, _ in exportAll() }
        api.post("import") { request, context in try await take(request, context) }
    }

    /// The workspace's own log is none.
    private func conversation(_ session: SessionID) async throws -> SessionRow? {
        guard let first = try await services.log.events(of: session, seqs: [1]).first,
            case .sessionCreated(let created) = try first.decodedPayload(), created.kind != .workspace
        else { return nil }
        return try await services.log.session(session, of: created.userID)
    }

    private func exportAll() -> Response {
        Response(
            status: .ok, headers: [.contentType: "application/jsonl", .contentDisposition: "attachment; filename=\"sessions.jsonl\""],
            body: ResponseBody { writer in
                let export = SessionExport(log: services.log)
                var last: SessionID?
                repeat {
                    let page = try await services.log.sessions(after: last, limit: Self.pageSize)
                    for session in page {
                        // One that was deleted meanwhile would be an export of nothing, which nobody takes in.
                        guard let found = try await conversation(session.id) else { continue }
                        try await export.writeIfWhole(found.id, to: found.headSeq) { try await writer.write(ByteBuffer(bytes: $0)) }
                    }
                    last = page.last?.id
                } while last != nil
                try await writer.finish(nil)
            })
    }

    private func take(_ request: Request, _ context: ServerContext) async throws -> Response {
        guard let owner = context.asker else { throw Problem.unauthorized }
        var (user, workspace) = (owner.userID, owner.workspaceID)
        if let email = request.queryText("user") {
            guard let found = try await services.accounts.users.named([.email(email)], by: owner).compactMap(\.self).first else {
                throw Problem(
                    status: .notFound, code: "no_such_user",
                    detail: "Nobody here has the e-mail address \(email). `loquat keys create --name NAME --user \(email)` makes a user.")
            }
            (user, workspace) = (found.id, found.workspaceID)
        }
        let importing = SessionImport(
            log: services.log, ids: services.ids, user: user, workspace: workspace, keepsIDs: true, metadataLimit: services.limits.bodyBytes)
        return try await ExportRoutes.take(request, importing, services, limit: ConversationImport.Limits().bytes)
    }
}
