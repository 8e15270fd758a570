import Access
import Conversation
import Hummingbird
import JSON
import Retrieval
import SchemaReflection
import TimeOrdered
import Turns

/// Finding what was said, and what documents say.
struct SearchRoutes {
    /// Documents on the first page.
    private static let documents = 5
    /// Parts of the index that are looked through for one page: what is on no line any more is passed over.
    private static let parts = 20

    let services: ServerServices

    func add(to api: API) {
        api.add(
            Operation(
                method: .get, path: "/api/v1/search", id: "search", tag: .sessions, summary: "Search the caller's conversations and documents.",
                details: """
                    Messages that hold every word, in any of its forms, newest first: those of the lines that conversations go on with, not what was \
                    superseded. The first page also has the documents that fit best.
                    """,
                admission: .scope(.chat),
                parameters: [
                    .query("q", .string(StringRule(length: 1...ConversationQuery.lengthLimit)), "Words.", isRequired: true)
                ] + Parameter.page(),
                answers: [.ok(FoundList.self, "A page of what was found.")])
        ) { try await search($0) }
    }

    /// A message or a document.
    struct Found: Codable, SchemaFields {
        enum Kind: String, Codable, CaseIterable { case message, document }

        var type: Kind
        var sessionID: UUIDv7?
        var turnID: UUIDv7?
        var role: String?
        var documentID: UUIDv7?
        var title: String
        var filename: String?
        var snippet: String
        var createdAt: Timestamp?

        static let schemaName = "SearchHit"
        static let fields: [String: FieldRule] = [
            "type": .note("What it is."), "session_id": .note("The conversation of a message."), "turn_id": .note("The message's turn."),
            "role": .note("Who said it: `user` or `assistant`."), "document_id": .note("The document."),
            "title": .note("Of the conversation or the document."), "filename": .note("The document's file."),
            "snippet": .note("The words around what was found."), "created_at": .note("When it was said."),
        ]
    }

    struct FoundList: Codable, SchemaFields {
        let items: [Found]
        let nextCursor: String?

        static let schemaName = "SearchHitList"
        static let fields: [String: FieldRule] = [
            "items": .note("Messages, newest first, and then documents, best first."),
            "next_cursor": .note("Where the list goes on; null at its end."),
        ]
    }

    private func search(_ call: Call) async throws -> Response {
        guard let text = call.query("q") else { throw Problem.invalid("/q", "must be there") }
        let query: ConversationQuery
        do throws(ConversationQuery.Refusal) { query = try ConversationQuery(text) } catch {
            switch error {
            case .tooLong(let limit): throw Problem.invalid("/q", "must have at most \(limit) characters")
            case .tooManyTerms(let limit): throw Problem.invalid("/q", "must have at most \(limit) different words")
            }
        }
        let page = try call.page()
        var (items, next) = try await messages(query, call.asker, page)
        if page.cursor == nil, page.offset == 0 { items += try await documents(text, call.asker) }
        return try Response.json(FoundList(items: items, nextCursor: next))
    }

    private func messages(_ query: ConversationQuery, _ asker: Asker, _ page: PageRequest) async throws -> ([Found], String?) {
        var place: Int64? = page.cursor == nil ? nil : try page.number(from: 0)
        var items: [Found] = []
        var skipped = 0
        for _ in 0..<Self.parts {
            let part = try await services.search.hits(of: asker.userID, query, before: place, limit: page.limit)
            for hit in part.hits {
                guard let found = try await found(hit, query, asker) else { continue }
                skipped += 1
                guard skipped > page.offset else { continue }
                items.append(found)
                if items.count == page.limit { return (items, "\(hit.position)") }
            }
            guard let next = part.next else { return (items, nil) }
            place = next
        }
        return (items, place.map { "\($0)" })
    }

    /// Nil where the message is on none of its session's lines.
    private func found(_ hit: ConversationHit, _ query: ConversationQuery, _ asker: Asker) async throws -> Found? {
        guard let session = try await services.log.session(hit.sessionID, of: asker.userID),
            let turn = try await services.log.turn(hit.turnID, of: session.id), try await services.lines.isOnAnyLine(turn, of: session),
            let event = try await services.log.events(of: session.id, seqs: [hit.seq]).first
        else { return nil }
        let text: String
        switch try event.decodedPayload() {
        case .userMessage(let message): text = message.content
        case .assistantMessage(let message): text = message.content
        default: return nil
        }
        return Found(
            type: .message, sessionID: session.id, turnID: turn.id, role: turn.role.rawValue, title: session.title, snippet: query.snippet(of: text),
            createdAt: turn.createdAt)
    }

    private func documents(_ text: String, _ asker: Asker) async throws -> [Found] {
        guard asker.may(.documentsRead) else { return [] }
        await services.library.waitUntilReady()
        let found = try await services.retrieval.retrieve(RetrievalRequest(query: text, asker: asker, topK: Self.documents))
        guard found.tier != .none else { return [] }
        var seen: Set<UUIDv7> = []
        return found.sources.filter { seen.insert($0.document.id).inserted }.map { source in
            Found(
                type: .document, documentID: source.document.id, title: source.title, filename: source.document.filename, snippet: source.summary)
        }
    }
}
