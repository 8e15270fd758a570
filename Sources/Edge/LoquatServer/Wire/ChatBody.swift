import JSON
import Retrieval
import SchemaReflection
import TimeOrdered
import Turns

/// The body of `POST /chat`.
struct ChatBody: Decodable, SchemaFields {
    let message: String?
    let query: String?
    let sessionID: UUIDv7?
    let conversationID: UUIDv7?
    let collectionID: UUIDv7?
    let topK: Int?
    let stream: Bool?
    let creator: String?
    let filters: JSONObject?
    let model: String?
    let temperature: Double?
    let maxTokens: Int?
    let addresseeID: UUIDv7?
    let ephemeral: Bool?
    let metadata: JSONObject?

    static let fields: [String: FieldRule] = [
        "message": .text("The question; `query` is accepted as another name for it.", 1...1_000_000, form: .notBlank),
        "query": .text("The same as `message`.", 1...1_000_000, form: .notBlank),
        "session_id": .note("The conversation that goes on; a new one if not said."), "conversation_id": .note("Another name for `session_id`."),
        "collection_id": .note("The collection to answer from; the session's, or all, if not said."),
        "top_k": .integer("How many passages to answer from at most; 5 if not said.", 1...20),
        "stream": .note("Whether the answer streams; it does if not said."),
        "creator": .text("Documents with this `creator` are preferred.", 0...1_000),
        "filters": .schema("Metadata that documents must have; a list means any of.", .filters),
        "model": .text("The model to answer; the configured one if not said.", 1...1_000), "temperature": .number("The model's.", 0...2),
        "max_tokens": .integer("How long the answer may be.", 1...1_000_000),
        // Scenes are of later versions.
        "addressee_id": .schema("Who is spoken to in a scene.", .only(nil)),
        "ephemeral": .note("Whether a new session leaves nothing in the log: it is remembered for a while after its last turn, and then gone."),
        "metadata": .note("Kept with the message, and with a session that it begins."),
    ]
    static let requiresOneOf = ["message", "query"]

    var text: String { message ?? query ?? "" }
}

extension MetadataFilters {
    /// `{"field": value}` or `{"field": [any, of, these]}`.
    init(_ object: JSONObject) {
        self.init(Dictionary(object.members.map { ($0.name, $0.value.array ?? [$0.value]) }, uniquingKeysWith: { $1 }))
    }
}

extension TypeSchema {
    private static let scalar: TypeSchema = .nullable(.either([.string(), .number(), .boolean]))

    /// What `MetadataFilters` are made from.
    static let filters: TypeSchema = .map(.either([scalar, .array(scalar, count: 0...100)]), limit: 20)
}
