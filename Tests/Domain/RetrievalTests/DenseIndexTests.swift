import Foundation
import Testing

@testable import Retrieval

struct DenseIndexTests {
    private struct Silent: Embedder {
        let model: EmbeddingModel

        func windows(of text: String, title: String) -> [String] { [text] }

        func embed(_ texts: [String], priority: EmbeddingPriority) async throws -> Embeddings { throw EmbeddingError.closed }
    }

    @Test(arguments: [("m", 0), ("m", 16_385), (String(repeating: "é", count: 257), 3)])
    func whatCannotBeKeptIsSaidAndEndsNothing(name: String, dimensions: Int) {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("dense-\(UUID())").path
        let model = EmbeddingModel(name: name, dimensions: dimensions, tokenLimit: nil)
        let error = #expect(throws: EmbeddingError.self) { try DenseIndex(path: path, model: model, embedder: Silent(model: model)) }
        guard case .modelUnusable = error else {
            Issue.record("it is another error")
            return
        }
        #expect(!FileManager.default.fileExists(atPath: path))
    }
}
