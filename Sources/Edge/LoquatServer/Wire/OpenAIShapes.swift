import SchemaReflection

/// What of OpenAI's API is read and written here; all else of a request is passed through as it came.
enum OpenAIShapes {
    static let request = object(
        "ChatCompletionRequest",
        [
            member("model", .string(StringRule(length: 1...1_000)), "A name that `GET /v1/models` lists, or one of the provider's."),
            member("messages", .array(message, count: 1...100_000), "The conversation; the last of the user's is asked."),
            optional("stream", .boolean, "Whether the answer streams."),
            optional("stream_options", .anything, "`include_usage`: a last chunk with the usage."),
            optional("store", .boolean, "Whether the call is kept as a turn; as configured if not said."),
            optional("temperature", .anything, "The model's."), optional("max_tokens", .anything, "How long the answer may be."),
            optional("max_completion_tokens", .anything, "The newer name of `max_tokens`."), optional("tools", .anything, "Passed through."),
            optional("response_format", .anything, "Passed through."), optional("metadata", .anything, "Kept with the turn."),
        ])
    private static let message = object(
        "ChatCompletionMessage",
        [member("role", .string(), "Who says it."), optional("content", .anything, "Text, or a list of parts.")])

    static let completion = object(
        "ChatCompletion",
        [
            member("id", .string(), "The provider's, or `chatcmpl-` and the turn's."), member("object", .string(), "`chat.completion`."),
            member("created", .integer(), "Seconds since 1970."), member("model", .string(), "As asked."),
            member("choices", .array(.anything), "One, with `message` and `finish_reason`."),
        ])
    static let chunk = object(
        "ChatCompletionChunk",
        [
            member("id", .string(), "The same in all chunks."), member("object", .string(), "`chat.completion.chunk`."),
            member("created", .integer(), "Seconds since 1970."), member("model", .string(), "As asked."),
            member("choices", .array(.anything), "One, with `delta` and `finish_reason`."),
        ])
    static let models = object(
        "ModelList",
        [
            member("object", .string(), "`list`."),
            member(
                "data",
                .array(
                    object(
                        "Model",
                        [
                            member("id", .string(), "Its name."), member("object", .string(), "`model`."), member("created", .integer(), "0."),
                            member("owned_by", .string(), "`loquat` or `provider`."),
                        ])), "All of them."),
        ])

    static let embeddingsRequest = object(
        "EmbeddingRequest",
        [
            member(
                "input", .either([.string(StringRule(length: 1...1_000_000)), .array(.string(StringRule(length: 1...1_000_000)), count: 1...2048)]),
                "A text, or texts."),
            optional("model", .string(), "Not looked at: there is one."),
            optional("encoding_format", .oneOf(["float", "base64"]), "Numbers, or little-endian floats in Base64."),
        ])
    static let embeddings = object(
        "EmbeddingList",
        [
            member("object", .string(), "`list`."),
            member("data", .array(.anything), "`object`, `index` and `embedding` of each text, in their order."),
            member("model", .string(), "The model's name."), member("usage", .anything, "`prompt_tokens` and `total_tokens`, estimated."),
        ])

    private static func object(_ name: String, _ members: [ObjectSchema.Member]) -> TypeSchema { .object(ObjectSchema(name: name, members: members)) }

    private static func member(_ name: String, _ schema: TypeSchema, _ note: String) -> ObjectSchema.Member {
        .init(name: name, schema: schema, isRequired: true, note: note)
    }

    private static func optional(_ name: String, _ schema: TypeSchema, _ note: String) -> ObjectSchema.Member {
        .init(name: name, schema: .nullable(schema), isRequired: false, note: note)
    }
}
