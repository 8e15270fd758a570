import JSON
import Retrieval
import TimeOrdered
import Turns

/// The body of `POST /chat`.
struct ChatBody: Decodable {
    let message: String?
    /// Another name for `message`.
    let query: String?
    let sessionID: UUIDv7?
    /// Another name for `session_id`.
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

    private static let topKRange = 1...20

    /// - Throws: 422 for a field that cannot be used.
    func validated(messageLimit: Int) throws(Problem) -> (message: String, topK: Int, filters: MetadataFilters) {
        let text = message ?? query ?? ""
        let pointer = message == nil && query != nil ? "/query" : "/message"
        var errors: [Problem.FieldError] = []
        func demand(_ holds: Bool, _ pointer: String, _ message: String) {
            if !holds { errors.append(Problem.FieldError(pointer: pointer, message: message)) }
        }
        demand(message != nil || query != nil, "/message", "is required")
        demand(
            (message ?? query).map { $0.unicodeScalars.contains { !$0.properties.isWhitespace } } ?? true, pointer, "must not be empty")
        demand(text.unicodeScalars.count <= messageLimit, pointer, "must have at most \(messageLimit) characters")
        demand(Self.topKRange.contains(topK ?? 5), "/top_k", "must be from 1 to 20")
        demand((0...2).contains(temperature ?? 0), "/temperature", "must be from 0 to 2")
        demand((1...1_000_000).contains(maxTokens ?? 1), "/max_tokens", "must be from 1 to 1000000")
        demand(ephemeral != true, "/ephemeral", "ephemeral sessions are not offered by this version")
        demand(addresseeID == nil, "/addressee_id", "there is nobody to address in this session")
        guard errors.isEmpty else { throw .invalid(errors) }
        return (text, topK ?? 5, try MetadataFilters(filters ?? [:]))
    }
}

extension MetadataFilters {
    private static let fieldLimit = 20
    private static let valueLimit = 100

    /// `{"field": value}` or `{"field": [any, of, these]}`.
    init(_ object: JSONObject) throws(Problem) {
        var conditions: [String: [JSONValue]] = [:]
        guard object.members.count <= Self.fieldLimit else { throw .invalid("/filters", "must have at most \(Self.fieldLimit) fields") }
        for member in object.members {
            let values = member.value.array ?? [member.value]
            guard values.count <= Self.valueLimit else {
                throw .invalid("/filters/\(member.name)", "must have at most \(Self.valueLimit) values")
            }
            for value in values {
                switch value {
                case .array, .object: throw .invalid("/filters/\(member.name)", "must be a value or a list of values")
                default: break
                }
            }
            conditions[member.name] = values
        }
        self.init(conditions)
    }
}
