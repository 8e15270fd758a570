import JSON
import LoquatClient

/// Reads a test set into a server and measures its retrieval through the API.
struct RetrievalEvaluation: Sendable {
    let set: RetrievalTestSet
    let modes: [String]

    func run(_ client: Client) async throws -> JSONValue {
        let library = try await EvaluationLibrary(set.documents, client)
        var figures: [JSONValue] = []
        for mode in modes { figures.append(try await measure(mode, library, client)) }
        return figures.count == 1 ? figures[0] : .array(figures)
    }

    private func measure(_ mode: String, _ library: EvaluationLibrary, _ client: Client) async throws -> JSONValue {
        var ranking = RankingFigures()
        var times: [Double] = []
        for query in set.queries {
            let answer = try await client.request(
                "POST", "/api/v1/retrievals",
                body: [
                    "query": .string(query.text), "collection_id": library.collection,
                    "top_k": .number(JSONNumber(2 * RankingFigures.depth)), "mode": .string(mode),
                ])
            ranking.add(EvaluationLibrary.documents(of: answer["results"]), set.judgements[query.id] ?? [:])
            times.append(answer["timings"]?["search_ms"]?.double ?? 0)
        }
        var figures = ranking.json
        figures["mode"] = .string(mode)
        figures["documents"] = .number(JSONNumber(set.documents.count))
        figures["search_ms_p50"] = Figure.rounded(Figure.median(times))
        return .object(figures)
    }
}
