import JSON
import Retrieval

/// Asks an endpoint for the vectors of texts. Where it refuses some together, they are asked for apart, so that one that it does not take
/// costs the others nothing.
struct EmbeddingRequests: Sendable {
    /// Nothing is wrong with this text: an endpoint that refuses it would refuse any.
    static let plainText = "dimensions"
    /// A text that is too long is halved this often, so that of 16,000 characters 250 are left.
    private static let halvings = 6

    let model: String
    let endpoint: JSONEndpoint
    /// Of each attempt; nil within `JSONEndpoint.promptly`.
    let time: Duration?

    /// A vector a text, each of length 1. What exceeds the model's limit of a text is not read.
    /// - Throws: `JSONEndpoint.Failure`, `EmbeddingError`, `CancellationError`.
    func vectors(of texts: ArraySlice<String>) async throws -> [[Float]] {
        do {
            return try await ask(texts)
        } catch let failure as JSONEndpoint.Failure where failure.mayBeTheContent {
            try await checkItIsTheContent()
            return try await parted(texts)
        }
    }

    private func parted(_ texts: ArraySlice<String>) async throws -> [[Float]] {
        guard texts.count > 1 else { return [try await shortened(texts.joined())] }
        let middle = texts.startIndex + texts.count / 2
        var vectors: [[Float]] = []
        for part in [texts[..<middle], texts[middle...]] {
            do {
                vectors += try await ask(part)
            } catch let failure as JSONEndpoint.Failure where failure.mayBeTheContent {
                vectors += try await parted(part)
            }
        }
        return vectors
    }

    /// Tried whole once more: nothing is cut off where the endpoint had stumbled.
    private func shortened(_ text: String) async throws -> [Float] {
        var text = text
        var reason = ""
        for _ in 0...Self.halvings {
            do {
                return try await ask([text])[0]
            } catch let failure as JSONEndpoint.Failure where failure.mayBeTheContent {
                reason = failure.description
                text = String(text.prefix(max(1, text.count / 2)))
            }
        }
        try await checkItIsTheContent()
        throw EmbeddingError.refused("the endpoint of embeddings takes a text not even shortened: \(reason)")
    }

    /// - Throws: `JSONEndpoint.Failure` where the endpoint refuses whatever it is given.
    private func checkItIsTheContent() async throws {
        do { _ = try await ask([Self.plainText]) } catch let failure as JSONEndpoint.Failure {
            throw JSONEndpoint.Failure(description: failure.description)
        }
    }

    private func ask(_ texts: ArraySlice<String>) async throws -> [[Float]] {
        let answer = try await endpoint.post(
            // Some refuse a text that is empty.
            ["model": .string(model), "input": .array(texts.map { .string($0.isEmpty ? " " : $0) }), "encoding_format": "float"], within: time)
        var vectors = [[Float]?](repeating: nil, count: texts.count)
        for (place, item) in (answer["data"]?.array ?? []).enumerated() {
            let index = item["index"]?.int ?? place
            guard vectors.indices.contains(index), let numbers = item["embedding"]?.array, !numbers.isEmpty else { continue }
            vectors[index] = Self.unit(numbers.map { Float($0.double ?? .nan) })
        }
        return try vectors.map { vector in
            guard let vector else { throw JSONEndpoint.Failure(description: "its answer lacks vectors", mayBeTheContent: true) }
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
