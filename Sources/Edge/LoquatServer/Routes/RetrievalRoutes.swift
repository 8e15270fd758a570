import Access
import Conversation
import Hummingbird
import JSON
import Retrieval
import TimeOrdered

struct RetrievalRoutes {
    let services: ServerServices

    func add(to api: RouterGroup<ServerContext>) {
        api.post("retrievals") { request, context in try await retrieve(request, context) }
    }

    private struct Body: Decodable {
        let query: String
        let collectionID: UUIDv7?
        let filters: JSONObject?
        let creator: String?
        let topK: Int?
        let mode: String?
    }

    private struct Answer: Encodable {
        struct Timings: Encodable {
            let searchMs: Double
        }

        let results: [Source]
        let cascadeTier: CascadeTier
        let timings: Timings
    }

    private func retrieve(_ request: Request, _ context: ServerContext) async throws -> Response {
        let asker = try context.asker(for: .documentsRead)
        let body = try await request.json(Body.self, limit: services.limits.bodyBytes)
        guard !body.query.isEmpty, body.query.unicodeScalars.count <= services.limits.messageCharacters else {
            throw Problem.invalid("/query", "must have 1 to \(services.limits.messageCharacters) characters")
        }
        guard RetrievalRequest.limits.contains(body.topK ?? 5) else { throw Problem.invalid("/top_k", "must be from 1 to 20") }
        guard let mode = RetrievalRequest.Mode(rawValue: body.mode ?? "hybrid") else {
            throw Problem.invalid("/mode", "must be hybrid, dense or lexical")
        }
        await services.library.waitUntilReady()
        let found = try await services.retrieval.retrieve(
            RetrievalRequest(
                query: body.query, asker: asker, collectionID: body.collectionID, filters: try MetadataFilters(body.filters ?? [:]),
                creator: body.creator, topK: body.topK ?? 5, mode: mode))
        return try Response.json(
            Answer(results: found.sources, cascadeTier: found.tier, timings: .init(searchMs: (found.searchMilliseconds * 1000).rounded() / 1000)))
    }
}
