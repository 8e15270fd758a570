import Access
import Conversation
import Crypto
import Foundation
import Hummingbird
import JSON
import SchemaReflection
import TimeOrdered
import Turns

/// Links by which anybody may read a conversation as it was.
struct ShareRoutes {
    let services: ServerServices

    func add(to api: API) {
        api.add(
            Operation(
                method: .post, path: "/api/v1/chat/sessions/{id}/share", id: "shareSession", tag: .sessions, summary: "Make a link to a session.",
                details:
                    """
                    Anybody who has it reads the line as it is now, without an account. It takes the place of the link before, and is told once. \
                    While its maker is suspended it opens nothing.
                    """,
                admission: .scope(.chat), parameters: [.id("The session.")], answers: [.created(ShareResource.self, "The link.")],
                problems: [.conflict])
        ) { try await share($0) }
        api.add(
            Operation(
                method: .delete, path: "/api/v1/chat/sessions/{id}/share", id: "unshareSession", tag: .sessions, summary: "Take the link back.",
                admission: .scope(.chat), parameters: [.id("The session.")], answers: [.noContent("Nobody reads by it any more.")])
        ) { try await unshare($0) }
        api.open(
            Operation(
                method: .get, path: "/api/v1/shared/{token}", id: "getShared", tag: .sessions, summary: "A conversation that was shared.",
                admission: .anybody,
                parameters: [Parameter(name: "token", place: .path, schema: .string(), note: "The link's token.")] + Parameter.page(),
                answers: [.ok(SharedResource.self, "The conversation, with a page of its messages.")], problems: [.notFound])
        ) { try await shared($0) }
    }

    private struct ShareResource: Codable, SchemaFields {
        let url: String
        let path: String
        let turnID: UUIDv7
        let createdAt: Timestamp

        static let schemaName = "Share"
        static let fields: [String: FieldRule] = [
            "url": .note("The link, as this machine reaches it."), "path": .note("The link's path, for whatever address the server has outside."),
            "turn_id": .note("The last turn that is shown."), "created_at": .note("When it was made."),
        ]
    }

    private struct SharedResource: Codable, SchemaFields {
        let title: String
        let createdAt: Timestamp
        let items: [SharedMessage]
        let nextCursor: String?

        static let schemaName = "SharedSession"
        static let fields: [String: FieldRule] = [
            "title": .note("What it is called."), "created_at": .note("When the link was made."), "items": .note("Its messages, oldest first."),
            "next_cursor": .note("Where the list goes on; null at its end."),
        ]
    }

    private struct SharedMessage: Codable, SchemaFields {
        let role: String
        let content: String
        let status: TurnStatus
        let citations: [SharedCitation]
        let createdAt: Timestamp

        static let schemaName = "SharedMessage"
        static let fields: [String: FieldRule] = [
            "role": .oneOf("Who said it.", ["user", "assistant"]), "content": .note("The text."), "status": .note("How it stands."),
            "citations": .note("What each of its sentences leans on, in the words of its source."), "created_at": .note("When it was said."),
        ]
    }

    private struct SharedCitation: Codable, SchemaFields {
        let number: Int?
        let citedNumber: Int?
        let start: Int
        let end: Int
        let status: Citation.Status
        let support: Double
        let quote: SharedQuote?

        init(_ citation: Citation) {
            number = citation.number
            citedNumber = citation.citedNumber
            start = citation.start
            end = citation.end
            status = citation.status
            support = citation.support
            quote = citation.quote.map(SharedQuote.init)
        }

        static let schemaName = "SharedCitation"
        static let fields = Citation.fields
    }

    /// Without the ids of what its reader may not see.
    private struct SharedQuote: Codable, SchemaFields {
        let page: Int?
        let start: Int
        let end: Int
        let text: String

        init(_ quote: Citation.Quote) {
            page = quote.page
            start = quote.start
            end = quote.end
            text = quote.text
        }

        static let schemaName = "SharedQuote"
        static let fields: [String: FieldRule] = [
            "page": .note("Its page, from 1."), "start": .note("Where it begins in the document's text, in Unicode scalars."),
            "end": .note("Where it ends."), "text": .note("Its words."),
        ]
    }

    private func share(_ call: Call) async throws -> Response {
        let session = try await call.session(in: services.log)
        guard let head = session.headTurnID else {
            throw Problem(status: .conflict, code: "nothing_to_share", detail: "The session has no turn yet.")
        }
        if let running = session.runningTurnID { throw LineRefusal.stillRunning(running) }
        let token = ShareToken()
        let shared = SessionShared(digest: token.digest, turnID: head)
        let events = try await services.log.append(AppendBatch(sessionID: session.id, drafts: [EventDraft(.sessionShared(shared))]))
        services.sessionFeed.changed(session.id)
        let path = "/shared/\(token.text)"
        let made = ShareResource(
            url: (services.pageAddress.url ?? "") + path, path: path, turnID: head, createdAt: events.last?.createdAt ?? services.clock.now())
        return try Response.json(made, status: .created)
    }

    private func unshare(_ call: Call) async throws -> Response {
        let session = try await call.session(in: services.log)
        if let share = session.share {
            let unshared = SessionUnshared(digest: share.digest)
            _ = try await services.log.append(AppendBatch(sessionID: session.id, drafts: [EventDraft(.sessionUnshared(unshared))]))
            services.sessionFeed.changed(session.id)
        }
        return Response(status: .noContent)
    }

    private func shared(_ call: OpenCall) async throws -> Response {
        let digest = ShareToken.digest(of: call.context.parameters.get("token") ?? "")
        guard let session = try await services.log.session(sharedBy: digest), let share = session.share,
            try await services.accounts.users.isInForce(session.userID)
        else {
            try services.frontDoor.countUnknownLink(of: call.context)
            throw Problem.notFound
        }
        let page = try call.page()
        let start = try page.number(from: 0) + page.offset
        let rows = try await services.log.line(to: share.turnID, of: session.id, depths: start..<start + page.limit + 1)
        let messages = try await TurnLookup(log: services.log, turns: services.turns)
            .messages(Array(rows.prefix(page.limit)), of: session, areOnLine: true)
        let items = messages.filter { !$0.hidden }.map {
            SharedMessage(
                role: $0.role, content: $0.content, status: $0.status, citations: $0.citations.map(SharedCitation.init), createdAt: $0.createdAt)
        }
        let next = rows.count > page.limit ? "\(start + page.limit)" : nil
        let title = try await services.log.title(of: share, in: session)
        return try Response.json(SharedResource(title: title, createdAt: share.createdAt, items: items, nextCursor: next))
    }
}

/// The secret of a link: 32 random bytes, of which the log has the digest alone.
package struct ShareToken: Sendable {
    package let text: String

    package init() {
        var random = SystemRandomNumberGenerator()
        let bytes = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &random) }
        text = Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    package var digest: String { Self.digest(of: text) }

    /// SHA-256, in hexadecimal.
    package static func digest(of token: String) -> String {
        SHA256.hash(data: Array(token.utf8)).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
