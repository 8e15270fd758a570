import Generation
import JSON
import Testing

@testable import Providers

/// What is sent, read back as JSON.
struct ChatCompletionRequestTests {
    private func sent(_ request: GenerationRequest) throws -> (body: [String: JSONValue], isStream: Bool) {
        let made = ChatCompletionRequest(request, model: "configured")
        let members = try #require(try JSONParser.parse(made.bytes).object).members
        return (Dictionary(members.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first }), made.isStream)
    }

    @Test func aPrompt() throws {
        let messages = [
            PromptMessage(role: .system, content: "Be \"brief\"."), PromptMessage(role: .user, content: "🍊\n\u{0}"),
            PromptMessage(role: .assistant, content: ""),
        ]
        let request = GenerationRequest(model: "ignored here", messages: messages, temperature: 0.3, maxTokens: 64, question: "q")
        let (body, isStream) = try sent(request)
        let expected: [String: JSONValue] = [
            "model": "configured",
            "messages": [
                ["role": "system", "content": "Be \"brief\"."], ["role": "user", "content": "🍊\n\u{0}"], ["role": "assistant", "content": ""],
            ],
            "stream": true, "stream_options": ["include_usage": true], "temperature": body["temperature"] ?? nil, "max_tokens": 64,
        ]
        #expect(body == expected)
        #expect(body["temperature"]?.double == 0.3)
        #expect(isStream)
    }

    @Test func whatIsNotAskedIsNotSent() throws {
        let body = try sent(GenerationRequest(model: nil, messages: [])).body
        #expect(Set(body.keys) == ["model", "messages", "stream", "stream_options"])
    }

    @Test(arguments: [Double.nan, .infinity])
    func aTemperatureThatJSONCannotSayIsNotSent(temperature: Double) throws {
        #expect(try sent(GenerationRequest(model: nil, messages: [], temperature: temperature)).body["temperature"] == nil)
    }

    @Test func aBodyIsPassedOnButForWhatIsOurs() throws {
        let theirs: JSONObject = [
            "model": "theirs", "messages": [["role": "user", "content": [["type": "image_url"]]]], "tools": [["type": "function"]],
            "store": false, "metadata": ["a": "b"], "seed": 7,
        ]
        let (body, isStream) = try sent(GenerationRequest(model: "m", messages: [], temperature: 1, maxTokens: 1, passThrough: theirs))
        var expected: [String: JSONValue] = [:]
        for member in theirs.members where !["store", "metadata"].contains(member.name) { expected[member.name] = member.value }
        #expect(body == expected)
        #expect(!isStream)
    }

    @Test func aStreamThatIsPassedOnCountsItsTokens() throws {
        let theirs: JSONObject = ["stream": true, "stream_options": ["include_usage": false, "include_obfuscation": false]]
        let (body, isStream) = try sent(GenerationRequest(model: nil, messages: [], passThrough: theirs))
        #expect(isStream)
        #expect(body["stream_options"]?["include_usage"] == true)
        #expect(body["stream_options"]?["include_obfuscation"] == false)
        #expect(
            try sent(GenerationRequest(model: nil, messages: [], passThrough: ["stream": true])).body["stream_options"] == ["include_usage": true])
    }
}
