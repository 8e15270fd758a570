import JSON
import SchemaReflection
import Testing

private enum Colour: String, Codable, CaseIterable {
    case red, blue
}

private struct Tag: Codable, SchemaFields {
    let name: String
    static let fields: [String: FieldRule] = ["name": .text("What it is called.", 1...3)]
}

private struct Thing: Codable, SchemaFields {
    let userID: Int
    let colour: Colour
    let ratio: Double?
    let tags: [Tag]?
    let isOpen: Bool
    let more: JSONObject
    let title: String?
    let query: String?

    static let fields: [String: FieldRule] = [
        "user_id": .integer("Whose it is.", 1...9), "tags": .list("Some.", 0...2), "title": .text("Its name.", 0...5), "query": .note("The same."),
    ]
    static let requiresOneOf = ["title", "query"]
}

@Suite struct SchemaReflectionTests {
    private let schema: TypeSchema

    init() throws { schema = try TypeSchema(of: Thing.self) }

    @Test func aTypeSaysItsOwnSchema() throws {
        var document = SchemaDocument(prefix: "#/c/")
        #expect(document.json(schema, .request) == ["$ref": "#/c/Thing"])
        let expected: JSONValue = [
            "type": "object",
            "properties": [
                "user_id": ["type": "integer", "minimum": 1, "maximum": 9, "description": "Whose it is."],
                "colour": ["type": "string", "enum": ["red", "blue"]],
                "ratio": ["type": ["number", "null"]],
                "tags": ["type": ["array", "null"], "items": ["$ref": "#/c/Tag"], "maxItems": 2, "description": "Some."],
                "is_open": ["type": "boolean"],
                "more": ["type": "object", "additionalProperties": true],
                "title": ["type": "string", "maxLength": 5, "description": "Its name."],
            ],
            "required": ["user_id", "colour", "is_open", "more", "title"],
        ]
        #expect(document.components["Thing"] == expected)
        #expect(document.components["Tag"]?["required"] == ["name"])
    }

    @Test func anAnswerHoldsEveryMember() throws {
        var document = SchemaDocument(prefix: "#/c/")
        _ = document.json(schema, .answer)
        #expect(document.components["Thing"]?["required"]?.array?.count == 7)
    }

    @Test func aValueThatFitsHasNoViolation() throws {
        let value: JSONValue = ["user_id": 3, "colour": "red", "is_open": true, "more": ["a": 1], "tags": [["name": "x"]], "title": "abc", "new": 1]
        #expect(schema.violations(in: value).isEmpty)
        #expect(try decodeJSON(Thing.self, from: value).userID == 3)
    }

    private static let misfits: [(String, JSONValue, String)] = [
        ("user_id", 10, "/user_id"), ("user_id", "3", "/user_id"), ("colour", "green", "/colour"), ("ratio", "x", "/ratio"),
        ("tags", [["name": "long"]], "/tags/0/name"), ("tags", [1], "/tags/0"), ("tags", [["name": "a"], ["name": ""]], "/tags/1/name"),
        ("is_open", nil, "/is_open"), ("more", [], "/more"), ("title", "abcdef", "/title"), ("title", nil, "/title"),
    ]

    @Test(arguments: misfits)
    func aValueThatDoesNotIsPointedAt(_ name: String, _ value: JSONValue, _ pointer: String) throws {
        var object = try #require((["user_id": 3, "colour": "red", "is_open": true, "more": [:], "title": "abc"] as JSONValue).object)
        object[name] = value
        #expect(schema.violations(in: .object(object)).map(\.pointer) == [pointer])
    }

    @Test func allViolationsAreTold() {
        let found = schema.violations(in: ["user_id": 0, "colour": 1, "a/b": 2])
        #expect(Set(found.map(\.pointer)) == ["/user_id", "/colour", "/is_open", "/more", "/title"])
        #expect(schema.violations(in: []).map(\.message) == ["must be an object"])
    }

    @Test func aFormIsHeldByCode() {
        let form = TextForm(pattern: "^a", message: "must begin with a") { $0.hasPrefix("a") }
        #expect(StringRule(form: form).violation("b") == "must begin with a")
        #expect(StringRule(length: 1...2, form: form).violation("") == "must not be empty")
        #expect(StringRule(length: 1...2, form: form).violation("ab") == nil)
    }
}
