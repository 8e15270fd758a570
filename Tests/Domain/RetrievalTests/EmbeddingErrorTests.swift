import Retrieval
import Testing

@Suite("What an operator is told of embeddings that fail")
struct EmbeddingErrorTests {
    @Test(
        "a sentence that says what is wrong and what to do",
        arguments: [
            (EmbeddingError.modelUnusable("/nowhere/config.json cannot be read"), ["/nowhere/config.json cannot be read.", "LOQUAT_MODELS_DIR"]),
            (.unavailable("the endpoint of embeddings: no answer"), ["no answer.", "LOQUAT_EMBEDDINGS_URL"]),
            (.queueFull(limit: 7), ["7", "later"]), (.tooManyTexts(limit: 3), ["3", "fewer"]),
        ])
    func sentence(error: EmbeddingError, says: [String]) {
        let said = "\(error)"
        for part in says { #expect(said.contains(part)) }
        #expect(said.hasSuffix(".") && !said.contains("(\""))
    }
}
