import Access
import Hummingbird
import JSON
import SchemaReflection

/// The API as OpenAPI 3.1, made from what the routes declare.
struct OpenAPIDocument {
    private static let about = """
        Loquat answers from a team's documents with citations that can be checked, and keeps every conversation in a log.

        - Every error is `application/problem+json` (RFC 9457) with a stable `code`; at `/v1/` it carries OpenAI's `error` beside.
        - What one may not see answers 404, as what does not exist.
        - POST requests that create something honour `Idempotency-Key` (1–255 bytes): the same key and body give the same answer for 24 hours; \
        another body is 422 `idempotency_mismatch`, and while the first still runs 409 `in_progress` or the same stream.
        - What can be edited carries an `ETag`; `If-Match` with another one is 412.
        - The page's cookie `loquat_session` is a credential too; with it, what changes something needs the page's `X-CSRF-Token`.
        - A session's `X-Loquat-Session` at `/v1/` goes on with that session. `Last-Event-ID` resumes a stream after that event.
        - `X-Request-Id` is accepted and returned. A path works with and without a trailing slash.
        - Event streams are described event by event, each as an object of its `event`, `id` and `data`; `data` is JSON that repeats the event's \
        name in `type`.
        """

    let json: JSONValue

    init(_ operations: [Operation]) {
        var schemas = SchemaDocument(prefix: "#/components/schemas/")
        // Unlike other answers, a problem leaves out what it does not have.
        let problem = schemas.json(Self.problemSchema, .request)
        var paths: [(path: String, operations: JSONObject)] = []
        for operation in operations {
            let described = Self.describe(operation, &schemas)
            if let index = paths.firstIndex(where: { $0.path == operation.path }) {
                paths[index].operations[operation.method.rawValue.lowercased()] = described
            } else {
                paths.append((operation.path, JSONObject([.init(operation.method.rawValue.lowercased(), described)])))
            }
        }
        let tags = Operation.Tag.allCases.map { tag -> JSONValue in ["name": .string(tag.rawValue), "description": .string(tag.summary)] }
        json = [
            "openapi": "3.1.0",
            "info": ["title": "Loquat", "version": .string(productVersion), "description": .string(Self.about)],
            "servers": [["url": "/"]],
            "tags": .array(tags),
            "paths": .object(JSONObject(paths.map { JSONObject.Member($0.path, .object($0.operations)) })),
            "components": [
                "schemas": .object(JSONObject(schemas.components.sorted { $0.key < $1.key }.map { JSONObject.Member($0.key, $0.value) })),
                "securitySchemes": [
                    "bearer": [
                        "type": "http", "scheme": "bearer", "description": "An API key, or a token from `POST /api/v1/auth/token`.",
                    ]
                ],
                "responses": ["Problem": ["description": "What went wrong.", "content": ["application/problem+json": ["schema": problem]]]],
            ],
        ]
    }

    var bytes: [UInt8] { json.bytes }

    // MARK: Operations

    private static func describe(_ operation: Operation, _ schemas: inout SchemaDocument) -> JSONValue {
        var object: JSONObject = [
            "operationId": .string(operation.id), "tags": [.string(operation.tag.rawValue)], "summary": .string(operation.summary),
        ]
        let details = [
            operation.details, scopeNote(operation.admission), operation.isIdempotent ? "Honours `Idempotency-Key`." : nil,
            operation.isConditional ? "Honours `If-Match`." : nil,
        ]
        let text = details.compactMap { $0 }.joined(separator: "\n\n")
        if !text.isEmpty { object["description"] = .string(text) }
        if operation.admission == .anybody { object["security"] = [] } else { object["security"] = [["bearer": []]] }
        let parameters = operation.parameters + (operation.body == nil ? [] : [requestID])
        if !parameters.isEmpty {
            object["parameters"] = .array(
                parameters.map { parameter in
                    [
                        "name": .string(parameter.name), "in": .string(parameter.place.rawValue),
                        "required": .bool(parameter.isRequired || parameter.place == .path),
                        "description": .string(parameter.note), "schema": schemas.json(parameter.schema, .request),
                    ]
                })
        }
        if let body = operation.body {
            let content = body.types.map { JSONObject.Member($0.mediaType, describe($0.mediaType, $0.schema, body.files, &schemas)) }
            object["requestBody"] = ["required": .bool(operation.body?.isRequired ?? true), "content": .object(JSONObject(content))]
        }
        var responses = JSONObject(operation.answers.map { .init("\($0.status.code)", describe($0, &schemas)) })
        for status in problems(of: operation) { responses.members.append(.init("\(status.code)", ["$ref": "#/components/responses/Problem"])) }
        responses.members.append(.init("default", ["$ref": "#/components/responses/Problem"]))
        object["responses"] = .object(responses)
        return .object(object)
    }

    /// Accepted everywhere, and told where a request changes something: there it is worth finding in a log.
    private static let requestID = Parameter(
        name: "X-Request-Id", place: .header, schema: .string(),
        note: "A name for the request of the client's own; one is made where it is not sent or not usable, and returned.")

    private static func scopeNote(_ admission: Operation.Admission) -> String? {
        switch admission {
        case .anybody: nil
        case .signedIn: "Needs a credential in force."
        case .scope(let scope): "Needs the scope `\(scope.rawValue)`."
        }
    }

    /// What can go wrong, as it follows from the declaration; the rest is `default`.
    private static func problems(of operation: Operation) -> [HTTPResponse.Status] {
        var statuses: Set<Int> = Set(operation.problems.map(\.code) + [429])
        if operation.admission != .anybody { statuses.insert(401) }
        if case .scope = operation.admission { statuses.insert(403) }
        if operation.parameters.contains(where: { $0.place == .path }) { statuses.insert(404) }
        if operation.parameters.contains(where: { $0.place == .query }) { statuses.insert(422) }
        if operation.body != nil { statuses.formUnion([400, 413, 415, 422]) }
        if operation.isIdempotent { statuses.formUnion([409, 422]) }
        if operation.isConditional { statuses.insert(412) }
        statuses.subtract(operation.answers.map(\.status.code))
        return statuses.sorted().map { HTTPResponse.Status(code: $0) }
    }

    private static func describe(
        _ mediaType: String, _ schema: TypeSchema, _ files: [String: [String]], _ schemas: inout SchemaDocument
    ) -> JSONValue {
        var members: JSONObject = ["schema": schemas.json(schema, .request)]
        if mediaType == "multipart/form-data" {
            let encodings = files.sorted { $0.key < $1.key }.map { name, types -> JSONObject.Member in
                .init(name, ["contentType": .string(types.joined(separator: ", "))])
            }
            members["encoding"] = .object(JSONObject(encodings))
        }
        return .object(members)
    }

    private static func describe(_ answer: Answer, _ schemas: inout SchemaDocument) -> JSONValue {
        var object: JSONObject = ["description": .string(answer.note)]
        if answer.hasEntityTag {
            object["headers"] = ["ETag": ["required": true, "description": "Of this state; for `If-Match`.", "schema": ["type": "string"]]]
        }
        guard !answer.content.isEmpty else { return .object(object) }
        var content = JSONObject()
        for (mediaType, schema) in answer.content {
            let isStream = mediaType == "text/event-stream"
            let members: JSONObject = ["schema": isStream ? Self.stream(answer.events, &schemas) : schemas.json(schema, .answer)]
            content.members.append(.init(mediaType, .object(members)))
        }
        object["content"] = .object(content)
        return .object(object)
    }

    /// As OpenAPI 3.2 describes event streams, and readers of 3.1 take them: the schema is that of one event.
    private static func stream(_ events: [Answer.Event], _ schemas: inout SchemaDocument) -> JSONValue {
        let choices = events.map { event -> JSONValue in
            var data: JSONObject = ["type": "string"]
            if let schema = event.data {
                data["contentMediaType"] = "application/json"
                data["contentSchema"] = schemas.json(schema, .answer)
            }
            var properties: JSONObject = ["id": ["type": "string"], "data": .object(data)]
            if let name = event.name { properties["event"] = ["const": .string(name)] }
            return [
                "type": "object", "title": .string(event.title ?? event.name ?? "data"), "description": .string(event.note),
                "properties": .object(properties),
                "required": event.name == nil ? ["data"] : ["event", "data"],
            ]
        }
        return ["anyOf": .array(choices)]
    }

    // MARK: Problems

    private static let problemSchema: TypeSchema = {
        func member(_ name: String, _ schema: TypeSchema, _ note: String) -> ObjectSchema.Member {
            .init(name: name, schema: schema, isRequired: true, note: note)
        }
        let fieldError = TypeSchema.object(
            ObjectSchema(
                name: "FieldError",
                members: [
                    member("pointer", .string(), "A JSON Pointer to the field, or the parameter's name after a slash."),
                    member("message", .string(), "What it must be."),
                ]))
        return .object(
            ObjectSchema(
                name: "Problem",
                members: [
                    member("type", .string(), "`about:blank`: the `code` tells what it is."), member("title", .string(), "The status in words."),
                    member("status", .integer(400...599), "The status."), member("detail", .string(), "For people."),
                    member("code", .string(), "Stable, snake_case."), member("request_id", .string(), "As in `X-Request-Id`."),
                    .init(name: "errors", schema: .array(fieldError), isRequired: false, note: "With 422: everything that is wrong."),
                    .init(name: "turn_id", schema: .uuid, isRequired: false, note: "With `turn_in_progress`: the turn that runs."),
                ]))
    }()
}
