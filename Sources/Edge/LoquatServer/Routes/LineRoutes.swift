import Access
import Conversation
import Foundation
import Hummingbird
import JSON
import SchemaReflection
import TimeOrdered
import Turns

/// The lines of a session: rewinding and branches.
struct LineRoutes {
    /// Messages of each side of a comparison.
    private static let compared = 100

    let services: ServerServices

    func add(to api: API) {
        add(
            .post, "rewind", id: "rewindSession", "Take the current line back to one of its turns.",
            details: "What followed stays in the log, superseded. The answer's `event_id` undoes it.", body: .json(TurnBody.self), to: api
        ) { call, session in
            let body = try await call.body(TurnBody.self, limit: services.limits.bodyBytes)
            return try await services.lines.rewind(session, to: body.turnID)
        }
        add(
            .post, "restore", id: "restoreSession", "Undo a rewinding.",
            details: "The line ends where it ended before. What was said since stays in the log, superseded.", body: .json(RestoreBody.self), to: api
        ) { call, session in
            let body = try await call.body(RestoreBody.self, limit: services.limits.bodyBytes)
            return try await services.lines.restore(session, rewound: body.eventID)
        }
        add(
            .post, "branches/{name}/switch", id: "switchBranch", "Go on with another branch.", parameters: [Self.name], to: api
        ) { call, session in try await services.lines.switchBranch(session, to: call.name()) }
        api.add(
            Operation(
                method: .get, path: "/api/v1/chat/sessions/{id}/branches", id: "listBranches", tag: .lines, summary: "A session's branches.",
                admission: .scope(.chat), parameters: [Self.id] + Parameter.page(),
                answers: [.ok(ListResponse<BranchResource>.self, "A page of them, the main line first.")])
        ) { call in
            let session = try await call.session(in: services.log)
            let page = try call.page()
            let start = try page.number(from: page.offset)
            let rest = session.lines.dropFirst(start)
            let next = rest.count > page.limit ? "\(start + page.limit)" : nil
            return try Response.json(
                ListResponse(Page(items: Array(rest.prefix(page.limit)), next: next)) { BranchResource($0, of: session) })
        }
        api.add(
            Operation(
                method: .post, path: "/api/v1/chat/sessions/{id}/branches", id: "createBranch", tag: .lines,
                summary: "Begin a branch at a turn.",
                details: """
                    In the same session it is listed, and gone on with once it is switched to; `"into": "new"` copies the line up to the turn into \
                    a session of its own.
                    """,
                admission: .scope(.chat), parameters: [Self.id], body: .json(BranchBody.self),
                answers: [.created(BranchResource.self, "The branch, and the session that it is in.")], problems: [.conflict], isIdempotent: true)
        ) { try await create($0) }
        api.add(
            Operation(
                method: .patch, path: "/api/v1/chat/sessions/{id}/branches/{name}", id: "renameBranch", tag: .lines,
                summary: "Rename a branch.", admission: .scope(.chat), parameters: [Self.id, Self.name], body: .json(NameBody.self),
                answers: [.ok(BranchResource.self, "The branch.")], problems: [.conflict])
        ) { call in
            let session = try await call.session(in: services.log)
            let body = try await call.body(NameBody.self, limit: services.limits.bodyBytes)
            try Self.check(body.name)
            let changed = try await services.lines.renameBranch(session, call.name(), to: body.name).session
            return try Response.json(try branch(body.name, of: changed))
        }
        api.add(
            Operation(
                method: .get, path: "/api/v1/chat/sessions/{id}/branches/{name}", id: "compareBranch", tag: .lines,
                summary: "A branch beside another one.", admission: .scope(.chat),
                parameters: [Self.id, Self.name, .query("with", .string(), "The other branch; the current one if not said.")],
                answers: [.ok(ComparisonResource.self, "What they share, and what each says after it.")])
        ) { try await compare($0) }
    }

    private static let id = Parameter.id("The session.")
    private static let name = Parameter(name: "name", place: .path, schema: .string(), note: "The branch's name.")

    private struct TurnBody: Decodable, SchemaFields {
        let turnID: UUIDv7

        static let fields: [String: FieldRule] = ["turn_id": .note("The turn that is to be the last one.")]
    }

    private struct RestoreBody: Decodable, SchemaFields {
        let eventID: Int

        static let fields: [String: FieldRule] = ["event_id": .integer("The `event_id` that the rewinding was answered with.", 1...(1 << 53))]
    }

    private struct BranchBody: Decodable, SchemaFields {
        enum Place: String, Decodable, CaseIterable { case session, new }

        let turnID: UUIDv7
        let name: String
        let into: Place?

        static let fields: [String: FieldRule] = [
            "turn_id": .note("Its last turn for now."), "name": .text("What it is called.", 1...Branch.longestName, form: .name),
            "into": .note("`session`, if not said, or a `new` one of this name."),
        ]
    }

    private struct NameBody: Decodable, SchemaFields {
        let name: String

        static let fields: [String: FieldRule] = ["name": .text("What it is called.", 1...Branch.longestName, form: .name)]
    }

    /// An operation that changes the line and answers with it.
    private func add(
        _ method: HTTPRequest.Method, _ path: String, id: String, _ summary: String, details: String? = nil, parameters: [Parameter] = [],
        body: BodyContent? = nil, to api: API, _ change: @escaping @Sendable (Call, SessionRow) async throws -> LineService.Change
    ) {
        api.add(
            Operation(
                method: method, path: "/api/v1/chat/sessions/{id}/\(path)", id: id, tag: .lines, summary: summary, details: details,
                admission: .scope(.chat), parameters: [Self.id] + parameters, body: body,
                answers: [.ok(LineResource.self, "The line as it is now.")], problems: [.conflict])
        ) { call in
            let changed = try await change(call, try await call.session(in: services.log))
            return try Response.json(LineResource(changed.session, event: changed.event))
        }
    }

    /// What means a folder in a path is no part of one.
    private static func check(_ name: String) throws(Problem) {
        guard ![".", ".."].contains(name) else { throw .invalid("/name", "must be another name than . or ..") }
    }

    private func branch(_ name: String, of session: SessionRow) throws -> BranchResource {
        guard let branch = session.lines.first(where: { $0.name == name }) else { throw Problem.notFound }
        return BranchResource(branch, of: session)
    }

    private func create(_ call: Call) async throws -> Response {
        let (body, bytes) = try await call.bodyAndBytes(BranchBody.self, limit: services.limits.bodyBytes)
        try Self.check(body.name)
        let found = try await call.session(in: services.log)
        let idempotent = Idempotent(gate: services.idempotency, logger: services.logger)
        return try await idempotent.once(call.request, asker: call.asker, fingerprint: Idempotent.fingerprint(call.request, bytes)) {
            if body.into == .new {
                let made = try await services.copies.branch(found, at: body.turnID, named: body.name)
                return (.created, try encodeJSON(try branch(Branch.main, of: made)))
            }
            let changed = try await services.lines.createBranch(found, at: body.turnID, named: body.name).session
            return (.created, try encodeJSON(try branch(body.name, of: changed)))
        }
    }

    private func compare(_ call: Call) async throws -> Response {
        let session = try await call.session(in: services.log)
        let (name, with) = (call.name(), call.query("with") ?? session.branch)
        let (one, other) = (try branch(name, of: session), try branch(with, of: session))
        guard let head = one.headTurnID, let otherHead = other.headTurnID else { throw Problem.notFound }
        let last = try await services.log.fork(head, otherHead, of: session.id)
        let shared = last.map { $0.depth + 1 } ?? 0
        return try Response.json(
            ComparisonResource(
                name: name, with: with, turnID: last?.id, shared: shared, messages: try await messages(to: head, after: shared, session),
                otherMessages: try await messages(to: otherHead, after: shared, session)))
    }

    private func messages(to head: TurnID, after shared: Int, _ session: SessionRow) async throws -> [MessageResource] {
        let rows = try await services.log.line(to: head, of: session.id, depths: shared..<shared + Self.compared)
        return try await TurnLookup(log: services.log, turns: services.turns).messages(rows, of: session, areOnLine: false)
    }
}

extension Call {
    /// The name in the path.
    fileprivate func name() -> String { context.parameters.get("name")?.removingPercentEncoding ?? "" }
}
