import Access
import Foundation
import Generation
import Hummingbird
import JSON
import Retrieval
import SchemaReflection

/// OpenAI's embeddings, made by the model that documents are searched with.
struct EmbeddingRoutes {
    let services: ServerServices

    func add(to api: API) {
        api.add(
            Operation(
                method: .post, path: "/v1/embeddings", id: "createEmbedding", tag: .openAI, summary: "OpenAI's embeddings.",
                details: """
                    By the model that documents are searched with, whatever `model` says: vectors of length 1. What exceeds the model's limit of a \
                    text is not read. Tokens are estimated.
                    """,
                admission: .scope(.chat), body: BodyContent(types: [("application/json", OpenAIShapes.embeddingsRequest)]),
                answers: [Answer(status: .ok, note: "OpenAI's list.", content: [("application/json", OpenAIShapes.embeddings)])],
                problems: [.serviceUnavailable, .tooManyRequests])
        ) { try await embed($0) }
    }

    private func embed(_ call: Call) async throws -> Response {
        let value = try await JSONValue.parsed(try await call.request.jsonBytes(limit: services.limits.bodyBytes))
        try call.check(value)
        let texts = value["input"]?.string.map { [$0] } ?? (value["input"]?.array ?? []).compactMap(\.string)
        let (embeddings, model) = try await vectors(of: texts)
        if let dimensions = value["dimensions"]?.int, dimensions != embeddings.dimensions {
            throw Problem.invalid("/dimensions", "must be \(embeddings.dimensions), as the model has, or left out")
        }
        let isBase64 = value["encoding_format"]?.string == "base64"
        let data = texts.indices.map { place -> JSONValue in
            let vector = isBase64 ? Self.base64(embeddings[place]) : Self.list(embeddings[place])
            return ["object": "embedding", "index": .number(JSONNumber(place)), "embedding": vector]
        }
        let tokens = JSONValue.number(JSONNumber(texts.reduce(0) { $0 + PromptBudget.tokens(in: $1) }))
        let answer: JSONValue = [
            "object": "list", "data": .array(data), "model": .string(model), "usage": ["prompt_tokens": tokens, "total_tokens": tokens],
        ]
        return .json(bytes: answer.bytes)
    }

    private func vectors(of texts: [String]) async throws -> (Embeddings, String) {
        do {
            return try await services.embeddings.embed(texts)
        } catch EmbeddingError.queueFull {
            throw Problem(status: .tooManyRequests, code: "embeddings_busy", detail: "Too many texts wait to be embedded. Try again later.")
        } catch is EmbeddingError {
            throw Problem(
                status: .serviceUnavailable, code: "embeddings_unavailable", detail: "The server has no embedding model that answers now.")
        }
    }

    private static func list(_ vector: ArraySlice<Float>) -> JSONValue {
        .array(vector.map { JSONNumber(Double($0)).map { .number($0) } ?? .null })
    }

    /// Little-endian floats.
    private static func base64(_ vector: ArraySlice<Float>) -> JSONValue {
        var data = Data(capacity: vector.count * 4)
        for number in vector { withUnsafeBytes(of: number.bitPattern.littleEndian) { data.append(contentsOf: $0) } }
        return .string(data.base64EncodedString())
    }
}
