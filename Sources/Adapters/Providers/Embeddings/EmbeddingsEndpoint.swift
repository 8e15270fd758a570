package import AsyncHTTPClient
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
    /// Of a request that is no question's.
    private static let timeout: Duration = .seconds(60)
    /// Of a question's embedding, with all its requests: later than this it is searched by its words.
    private static let patience: Duration = .seconds(3)

    package let model: EmbeddingModel
    private let settings: Settings
    private let endpoint: JSONEndpoint
    private let changed: @Sendable (Int) -> Void

    /// Asks the endpoint for a vector to learn how long they are, where that is not known.
    /// - Parameters:
    ///   - dimensions: the length of the vectors that the model made before.
    ///   - changed: called, with the length from before, when they have another one: another model answers.
    /// - Throws: `EmbeddingError.unavailable`, `CancellationError`.
    package init(
        _ settings: Settings, dimensions: Int? = nil, client: HTTPClient, changed: @escaping @Sendable (Int) -> Void = { _ in }
    ) async throws {
        let endpoint = JSONEndpoint(url: settings.baseURL + "/embeddings", apiKey: settings.apiKey, client: client)
        try await self.init(settings, dimensions: dimensions, endpoint: endpoint, changed: changed)
    }

    init(
        _ settings: Settings, dimensions: Int? = nil, endpoint: JSONEndpoint, changed: @escaping @Sendable (Int) -> Void = { _ in }
    ) async throws {
        self.settings = settings
        self.endpoint = endpoint
        self.changed = changed
        let known: Int
        if let dimensions {
            known = dimensions
        } else {
            known = try await Self.naming { () async throws -> Int in
                let requests = EmbeddingRequests(model: settings.model, endpoint: endpoint, time: Self.timeout)
                return try await requests.vectors(of: [EmbeddingRequests.plainText])[0].count
            }
        }
        model = EmbeddingModel(name: Self.name(settings), dimensions: known, tokenLimit: nil)
    }

    package static func name(_ settings: Settings) -> String { "\(settings.model) at \(settings.baseURL)" }

    /// The endpoint knows its limit: a chunk is short enough for nearly all, and shortened for others.
    package func windows(of text: String, title: String) -> [String] { [title.isEmpty ? text : "\(title)\n\(text)"] }

    package func embed(_ texts: [String], priority: EmbeddingPriority) async throws -> Embeddings {
        let values = try await Self.naming { () async throws -> [Float] in
            switch priority {
            case .background, .batch, .few: return try await numbers(of: texts, within: Self.timeout)
            case .interactive:
                return try await endpoint.promptly(within: Self.patience) { try await numbers(of: texts, within: nil) }
            }
        }
        return Embeddings(dimensions: model.dimensions, values: values)
    }

    private func numbers(of texts: [String], within time: Duration?) async throws -> [Float] {
        let requests = EmbeddingRequests(model: settings.model, endpoint: endpoint, time: time)
        var values: [Float] = []
        values.reserveCapacity(texts.count * model.dimensions)
        for start in stride(from: 0, to: texts.count, by: Self.requestTexts) {
            for vector in try await requests.vectors(of: texts[start..<min(start + Self.requestTexts, texts.count)]) {
                guard vector.count == model.dimensions else {
                    changed(model.dimensions)
                    throw EmbeddingError.unavailable("its vectors have \(vector.count) numbers and had \(model.dimensions): another model answers")
                }
                values += vector
            }
        }
        return values
    }

    private static func naming<Result>(_ work: () async throws -> Result) async throws -> Result {
        do { return try await work() } catch let failure as JSONEndpoint.Failure {
            throw EmbeddingError.unavailable("the endpoint of embeddings: \(failure)")
        }
    }
}
