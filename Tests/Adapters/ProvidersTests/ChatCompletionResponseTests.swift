import Conversation
import Generation
import JSON
import Testing

@testable import Providers

/// Bodies under status 200 that hold no answer.
struct ChatCompletionResponseTests {
    @Test func anErrorIsNoAnswer() {
        #expect(throws: TurnFailure(code: "provider_error", message: "The model's provider failed: full.", retryable: true)) {
            try ChatCompletionResponse(["error": ["message": "full", "code": 502]])
        }
    }

    @Test(arguments: [[:], ["choices": []], [], nil] as [JSONValue])
    func withoutAChoiceThereIsNoAnswer(body: JSONValue) {
        #expect(throws: ChatCompletionStreamDecoder.broken) { try ChatCompletionResponse(body) }
    }

    @Test func anAnswerThatWasGivenUpIsNone() {
        #expect(throws: ChatCompletionStreamDecoder.broken) {
            try ChatCompletionResponse(["choices": [["message": ["content": "half"], "finish_reason": "error"]]])
        }
    }
}
