import Generation
import JSON

/// The body of a request for a chat completion.
struct ChatCompletionRequest {
    let bytes: [UInt8]
    let isStream: Bool

    init(_ request: GenerationRequest, model: String) {
        if var body = request.passThrough {
            isStream = body["stream"]?.bool ?? false
            for ours in ["store", "metadata"] { body[ours] = nil }
            if isStream {
                var options = body["stream_options"]?.object ?? JSONObject()
                options["include_usage"] = true
                body["stream_options"] = .object(options)
            }
            bytes = JSONValue.object(body).bytes
            return
        }
        isStream = true
        var body: JSONObject = [
            "model": .string(model),
            "messages": .array(request.messages.map { ["role": .string($0.role.rawValue), "content": .string($0.content)] }),
            "stream": true, "stream_options": ["include_usage": true],
        ]
        if let temperature = request.temperature.flatMap(JSONNumber.init) { body["temperature"] = .number(temperature) }
        if let limit = request.maxTokens { body["max_tokens"] = .number(JSONNumber(limit)) }
        bytes = JSONValue.object(body).bytes
    }
}
