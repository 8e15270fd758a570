import Access
import Conversation
import Hummingbird
import JSON
import NIOPosix
import Retrieval
import SchemaReflection
import TimeOrdered
import Turns

/// Finding what was said, and what documents say.
struct SearchRoutes {
    /// Documents on the first page.
    private static let documents = 5
    /// Hits that are read at once where the page begins further on.
    private static let passedAtOnce = 100

    let services: ServerServices

    func add(to api: API) {
        api.add(
            Operation(
                method: .get, path: "/api/v1/search", id: "search", tag: .sessions, summary: "Search the caller's conversations and documents.",
                details: """
                    Messages that hold every word, in any of its forms, newest first: those of the lines that conversations go on with, not what was \
                    superseded. A conversation is found by the title that was given to it or made for it. The first page also has the \
                    documents that fit best.
                    """,
                admission: .scope(.chat),
                parameters: [
                    .query("q", .string(StringRule(length: 1...ConversationQuery.lengthLimit)), "Words.", isRequired: true)
                ] + Parameter.page(),
                answers: [.ok(FoundList.self, "A page of what was found.")])
        ) { try await search($0) }
    }

    /// A message, a conversation or a document.
    struct Found: Codable, SchemaFields {
        enum Kind: String, Codable, CaseIterable { case message, session, document }

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
            "type": .note("What it is."), "session_id": .note("The conversation, or that of a message."), "turn_id": .note("The message's turn."),
            "role": .note("Who said it: `user` or `assistant`."), "document_id": .note("The document."),
            "title": .note("Of the conversation or the document."), "filename": .note("The document's file."),
            "snippet": .note("The words around what was found."), "created_at": .note("When it was said, or the conversation given its title."),
        ]

        init(_ hit: ConversationHit, _ snippet: String) {
            type = hit.message == nil ? .session : .message
            sessionID = hit.sessionID
            turnID = hit.message?.turnID
            role = hit.message?.role.rawValue
            title = hit.title
            self.snippet = snippet
            createdAt = hit.createdAt
        }

        init(_ source: Source, _ snippet: String) {
            type = .document
            documentID = source.document.id
            title = source.title
            filename = source.document.filename
            self.snippet = snippet
        }
    }

    struct FoundList: Codable, SchemaFields {
        let items: [Found]
        let nextCursor: String?

        static let schemaName = "SearchHitList"
        static let fields: [String: FieldRule] = [
            "items": .note("Messages and conversations, newest first, and then documents, best first."),
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
        if page.cursor == nil, page.offset == 0 { items += try await documents(text, query, call.asker) }
        return try Response.json(FoundList(items: items, nextCursor: next))
    }

    private func messages(_ query: ConversationQuery, _ asker: Asker, _ page: PageRequest) async throws -> ([Found], String?) {
        var place: Int64? = page.cursor == nil ? nil : try page.number(from: 0)
        var passing = page.offset
        while passing > 0 {
            let part = try await services.search.hits(of: asker.userID, query, before: place, limit: min(passing, Self.passedAtOnce))
            guard let next = part.next else { return ([], nil) }
            passing -= part.hits.count
            place = next
        }
        let part = try await services.search.hits(of: asker.userID, query, before: place, limit: page.limit)
        let snippets = try await snippets(of: part.hits.map(\.text), query)
        return (zip(part.hits, snippets).map { Found($0, $1) }, part.next.map { "\($0)" })
    }

    /// Not on an event loop: long texts take long.
    private func snippets(of texts: [String], _ query: ConversationQuery) async throws -> [String] {
        try await NIOThreadPool.singleton.runIfActive { query.snippets(of: texts) }
    }

    private func documents(_ text: String, _ query: ConversationQuery, _ asker: Asker) async throws -> [Found] {
        guard asker.may(.documentsRead) else { return [] }
        await services.library.waitUntilReady()
        let found = try await services.retrieval.retrieve(RetrievalRequest(query: text, asker: asker, topK: Self.documents))
        guard found.tier != .none else { return [] }
        var seen: Set<UUIDv7> = []
        let sources = found.sources.filter { seen.insert($0.document.id).inserted }
        return zip(sources, try await snippets(of: sources.map(\.content), query)).map { Found($0, $1) }
    }
}
