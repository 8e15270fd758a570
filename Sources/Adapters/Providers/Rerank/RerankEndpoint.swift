package import AsyncHTTPClient
import JSON
import Retrieval

/// A reranker behind an endpoint that takes `{model, query, documents}` and gives `{results: [{index, relevance_score}]}`, as Cohere, Jina,
/// vLLM and llama.cpp do.
package struct RerankEndpoint: Reranker {
    package struct Settings: Sendable {
        /// The address up to and with `/v1`.
        package let baseURL: String
        package let model: String?
        package let apiKey: String?

        package init(baseURL: String, model: String?, apiKey: String?) {
            self.baseURL = baseURL.hasSuffix("/") ? String(baseURL.dropLast()) : baseURL
            self.model = model
            self.apiKey = apiKey
        }
    }

    /// Somebody waits: later than this, the order that there is will do.
    private static let patience: Duration = .seconds(5)

    private let model: String?
    private let endpoint: JSONEndpoint

    package init(_ settings: Settings, client: HTTPClient) {
        self.init(
            settings,
            endpoint: JSONEndpoint(
                url: settings.baseURL + "/rerank", apiKey: settings.apiKey, client: client, backoff: RetryBackoff(longest: .milliseconds(250))))
    }

    init(_ settings: Settings, endpoint: JSONEndpoint) {
        model = settings.model
        self.endpoint = endpoint
    }

    package func scores(of passages: [String], for query: String) async throws -> [Double] {
        var fields: JSONObject = [
            "query": .string(query), "documents": .array(passages.map { .string($0) }), "top_n": .number(JSONNumber(passages.count)),
        ]
        if let model { fields["model"] = .string(model) }
        let body = JSONValue.object(fields)
        let answer: JSONValue
        do {
            answer = try await endpoint.promptly(within: Self.patience) { [endpoint] in try await endpoint.post(body) }
        } catch let failure as JSONEndpoint.Failure { throw RerankError("\(failure)") }
        var scores = [Double?](repeating: nil, count: passages.count)
        for item in answer["results"]?.array ?? [] {
            guard let index = item["index"]?.int, scores.indices.contains(index) else { continue }
            scores[index] = item["relevance_score"]?.double
        }
        let known = scores.compactMap(\.self)
        guard known.count == scores.count else { throw RerankError("its answer lacks scores") }
        guard known.allSatisfy(\.isFinite) else { throw RerankError("a score of its answer is too large to be a number") }
        return known
    }
}
