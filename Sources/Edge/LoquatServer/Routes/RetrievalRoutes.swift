import Access
import Conversation
import Hummingbird
import JSON
import Retrieval
import SchemaReflection
import TimeOrdered

struct RetrievalRoutes {
    let services: ServerServices

    func add(to api: API) {
        api.add(
            Operation(
                method: .post, path: "/api/v1/retrievals", id: "retrieve", tag: .retrieval, summary: "Search documents without an answer.",
                admission: .scope(.documentsRead), body: .json(Query.self).limiting("query", to: 1...services.limits.messageCharacters),
                answers: [.ok(Found.self, "The passages that fit best.")], problems: [.notFound, .serviceUnavailable])
        ) { try await retrieve($0) }
    }

    private struct Query: Decodable, SchemaFields {
        let query: String
        let collectionID: UUIDv7?
        let filters: JSONObject?
        let creator: String?
        let topK: Int?
        let mode: RetrievalRequest.Mode?

        static let schemaName = "Retrieval"
        static let fields: [String: FieldRule] = [
            "query": .text("A question or words.", 1...1_000_000, form: .notBlank),
            "collection_id": .note("Where to search; everywhere if not said."),
            "filters": .schema("Metadata that documents must have; a list means any of.", .filters),
            "creator": .text("Documents with this `creator` are preferred.", 0...1_000),
            "top_k": .integer("How many passages at most; 5 if not said.", RetrievalRequest.limits),
            "mode": .oneOf(
                "How to search: by words and meaning, by meaning or by words; `hybrid` if not said.",
                RetrievalRequest.Mode.allCases.map(\.rawValue)),
        ]
    }

    private struct Found: Codable, SchemaFields {
        struct Timings: Codable, SchemaFields {
            let searchMs: Double

            static let schemaName = "RetrievalTimings"
            static let fields: [String: FieldRule] = ["search_ms": .note("Milliseconds that the search took.")]
        }

        let results: [Source]
        let cascadeTier: CascadeTier
        let evidence: Double
        let timings: Timings

        static let schemaName = "RetrievalResult"
        static let fields: [String: FieldRule] = [
            "results": .note("Best first."), "cascade_tier": .note("The narrowest scope that gave enough evidence."),
            "evidence": .note("How sure it is that the results hold an answer, 0–1."), "timings": .note("How long it took."),
        ]
    }

    private func retrieve(_ call: Call) async throws -> Response {
        let body = try await call.body(Query.self, limit: services.limits.bodyBytes)
        await services.library.waitUntilReady()
        let found = try await services.retrieval.retrieve(
            RetrievalRequest(
                query: body.query, asker: call.asker, collectionID: body.collectionID, filters: MetadataFilters(body.filters ?? [:]),
                creator: body.creator, topK: body.topK ?? 5, mode: body.mode ?? .hybrid))
        return try Response.json(
            Found(
                results: found.sources, cascadeTier: found.tier, evidence: (found.evidence * 1000).rounded() / 1000,
                timings: .init(searchMs: (found.searchMilliseconds * 1000).rounded() / 1000)))
    }
}
