package import AsyncHTTPClient
import JSON
package import Retrieval

/// A model behind any endpoint that speaks OpenAI's `/v1/embeddings`.
package struct EmbeddingsEndpoint: Embedder {
    package struct Settings: Sendable, Hashable {
        /// The address up to and with `/v1`.
        package let baseURL: String
        package let model: String
        package let apiKey: String?

        package init(baseURL: String, model: String, apiKey: String?) {
            self.baseURL = baseURL.hasSuffix("/") ? String(baseURL.dropLast()) : baseURL
            self.model = model
            self.apiKey = apiKey
        }
    }

    /// Texts of one request; what is more is sent one request after the other.
    private static let requestTexts = 64
    private static let timeout: Duration = .seconds(60)

    package let model: EmbeddingModel
    private let settings: Settings
    private let endpoint: JSONEndpoint

    /// Asks the endpoint for a vector to learn how long they are, where that is not known.
    /// - Throws: `EmbeddingError.unavailable`, `CancellationError`.
    package init(_ settings: Settings, dimensions: Int? = nil, client: HTTPClient, backoff: RetryBackoff = .init()) async throws {
        self.settings = settings
        endpoint = JSONEndpoint(
            url: settings.baseURL + "/embeddings", apiKey: settings.apiKey, timeout: Self.timeout, client: client, backoff: backoff)
        let known: Int
        if let dimensions {
            known = dimensions
        } else {
            known = try await Self.vectors(of: ["dimensions"], settings.model, endpoint)[0].count
        }
        model = EmbeddingModel(name: Self.name(settings), dimensions: known, tokenLimit: nil)
    }

    package static func name(_ settings: Settings) -> String { "\(settings.model) at \(settings.baseURL)" }

    /// The endpoint knows its limit: a chunk is short enough for nearly all.
    package func windows(of text: String, title: String) -> [String] { [title.isEmpty ? text : "\(title)\n\(text)"] }

    package func embed(_ texts: [String], priority: EmbeddingPriority) async throws -> Embeddings {
        var values: [Float] = []
        values.reserveCapacity(texts.count * model.dimensions)
        for start in stride(from: 0, to: texts.count, by: Self.requestTexts) {
            let part = texts[start..<min(start + Self.requestTexts, texts.count)]
            for vector in try await Self.vectors(of: part, settings.model, endpoint) {
                guard vector.count == model.dimensions else {
                    throw EmbeddingError.unavailable("its vectors have \(vector.count) numbers and had \(model.dimensions): another model answers")
                }
                values += vector
            }
        }
        return Embeddings(dimensions: model.dimensions, values: values)
    }

    /// A vector a text, each of length 1.
    private static func vectors(of texts: some Swift.Collection<String>, _ model: String, _ endpoint: JSONEndpoint) async throws -> [[Float]] {
        let answer: JSONValue
        do {
            answer = try await endpoint.post(
                // Some refuse a text that is empty.
                ["model": .string(model), "input": .array(texts.map { .string($0.isEmpty ? " " : $0) }), "encoding_format": "float"])
        } catch let failure as JSONEndpoint.Failure { throw EmbeddingError.unavailable("the endpoint of embeddings: \(failure)") }
        var vectors = [[Float]?](repeating: nil, count: texts.count)
        for (place, item) in (answer["data"]?.array ?? []).enumerated() {
            let index = item["index"]?.int ?? place
            guard vectors.indices.contains(index), let numbers = item["embedding"]?.array, !numbers.isEmpty else { continue }
            vectors[index] = unit(numbers.map { Float($0.double ?? .nan) })
        }
        return try vectors.map { vector in
            guard let vector else { throw EmbeddingError.unavailable("the endpoint of embeddings: its answer lacks vectors") }
            return vector
        }
    }

    /// Nil where it holds what is no number.
    private static func unit(_ vector: [Float]) -> [Float]? {
        let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
        guard length.isFinite else { return nil }
        return length > 0 ? vector.map { $0 / length } : vector
    }
}
