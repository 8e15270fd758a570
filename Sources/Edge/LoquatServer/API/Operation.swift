import Access
import Hummingbird
import JSON
import SchemaReflection

/// One operation of the API as it is declared beside its code: routes, their checks and `/openapi.json` are all made from it.
struct Operation: Sendable {
    /// Who may call it.
    enum Admission: Sendable, Hashable {
        /// Anybody.
        case anybody
        /// Whoever shows a credential in force.
        case signedIn
        case scope(Scope)
    }

    /// A heading of the document.
    enum Tag: String, Sendable, CaseIterable {
        case system = "System"
        case accounts = "Accounts"
        case collections = "Collections"
        case documents = "Documents"
        case retrieval = "Retrieval"
        case chat = "Chat"
        case sessions = "Sessions"
        case turns = "Turns"
        case lines = "Lines"
        case openAI = "OpenAI"

        var summary: String {
            switch self {
            case .system: "Whether the server is up, and what it counts."
            case .accounts: "People, their keys and what they may do."
            case .collections: "Sets of documents, and who may read them."
            case .documents: "What answers are made from."
            case .retrieval: "Search in documents without an answer."
            case .chat: "Asking, and watching and stopping what was asked."
            case .sessions: "Conversations, their messages and their logs."
            case .turns: "What can be done with what was said: watch, stop, continue, regenerate, select, hide, rate."
            case .lines: "The way that a conversation takes: rewinding, and branches."
            case .openAI: "The same turns for clients of OpenAI's API."
            }
        }
    }

    let method: HTTPRequest.Method
    /// With parameters in braces, such as `/api/v1/collections/{id}`.
    let path: String
    /// What generated clients call it.
    let id: String
    let tag: Tag
    let summary: String
    var details: String?
    let admission: Admission
    var parameters: [Parameter] = []
    var body: BodyContent?
    let answers: [Answer]
    /// Problems beside those that follow from the rest.
    var problems: [HTTPResponse.Status] = []
    /// Whether `Idempotency-Key` is honoured.
    var isIdempotent = false
    /// Whether `If-Match` is honoured.
    var isConditional = false

    /// What a JSON body must be.
    var jsonBody: TypeSchema? { body?.types.first { $0.mediaType == "application/json" }?.schema }
}

/// What stands in the path or the query.
struct Parameter: Sendable {
    enum Place: String, Sendable {
        case path, query, header
    }

    let name: String
    let place: Place
    let schema: TypeSchema
    let note: String
    /// What stands in the path always is.
    var isRequired = false

    static func id(_ note: String, name: String = "id") -> Parameter {
        Parameter(name: name, place: .path, schema: .uuid, note: note)
    }

    static func query(_ name: String, _ schema: TypeSchema, _ note: String, isRequired: Bool = false) -> Parameter {
        Parameter(name: name, place: .query, schema: schema, note: note, isRequired: isRequired)
    }

    /// `limit`, `offset` and `cursor` of a list.
    static func page(cursor: TextForm = .number) -> [Parameter] {
        [
            .query("limit", .integer(PageLimits.limit), "How many items at most; 20 if not said."),
            .query("offset", .integer(PageLimits.offset), "How many items to pass over."),
            .query("cursor", .string(StringRule(form: cursor)), "Where to go on: `next_cursor` of the list before."),
        ]
    }
}

/// What a body may be, by media type.
struct BodyContent: Sendable {
    var types: [(mediaType: String, schema: TypeSchema)]
    /// Media types of a form's files, by the name of the field.
    var files: [String: [String]] = [:]
    var isRequired = true

    /// It may be left out.
    var optional: BodyContent {
        var body = self
        body.isRequired = false
        return body
    }

    static func json<T: Decodable>(_ type: T.Type) -> BodyContent { BodyContent(types: [("application/json", .declared(type))]) }

    /// Texts of other lengths than the type says, where a setting says it.
    func limiting(_ names: String..., to length: ClosedRange<Int>) -> BodyContent {
        BodyContent(types: types.map { ($0.mediaType, $0.schema.limiting(names, to: length)) }, files: files)
    }

    /// Or a form with files.
    func orForm(_ schema: TypeSchema, files: [String: [String]]) -> BodyContent {
        BodyContent(types: types + [("multipart/form-data", schema)], files: files)
    }
}

/// What an operation answers when it succeeds.
struct Answer: Sendable {
    /// An event of a stream.
    struct Event: Sendable {
        /// What it is called in the document, where other events of the stream have the same name.
        var title: String?
        /// Nil for events without a name.
        let name: String?
        /// When it comes.
        let note: String
        /// Nil for data that is text.
        let data: TypeSchema?
    }

    let status: HTTPResponse.Status
    let note: String
    var content: [(mediaType: String, schema: TypeSchema)] = []
    var events: [Event] = []
    var hasEntityTag = false

    static func ok<T: Decodable>(_ type: T.Type, _ note: String, tagged: Bool = false) -> Answer {
        Answer(status: .ok, note: note, content: [("application/json", .declared(type))], hasEntityTag: tagged)
    }

    static func created<T: Decodable>(_ type: T.Type, _ note: String) -> Answer {
        Answer(status: .created, note: note, content: [("application/json", .declared(type))])
    }

    static func noContent(_ note: String) -> Answer { Answer(status: .noContent, note: note) }

    static func text(_ mediaType: String, _ note: String) -> Answer { Answer(status: .ok, note: note, content: [(mediaType, .string())]) }

    static func stream(_ note: String, _ events: [Event]) -> Answer {
        Answer(status: .ok, note: note, content: [("text/event-stream", .string())], events: events)
    }

    /// JSON, or a stream for those who ask for one.
    static func okOrStream<T: Decodable>(_ type: T.Type, _ note: String, _ events: [Event]) -> Answer {
        Answer(status: .ok, note: note, content: [("application/json", .declared(type)), ("text/event-stream", .string())], events: events)
    }
}
