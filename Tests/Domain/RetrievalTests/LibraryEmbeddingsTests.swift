import Testing

@testable import Retrieval

struct LibraryEmbeddingsTests {
    /// An endpoint that fails at a question is not asked questions for a while.
    @Test func whatAClientSendsIsNoQuestion() async throws {
        let library = try MeaningLibrary()
        for count in [1, 4, 5] {
            let (vectors, model) = try await library.embeddings.embed((1...count).map { "text \($0)" })
            #expect(vectors.count == count && model == "toy")
        }
        #expect(library.embedder.priorities == [.few, .few, .batch])
    }
}
