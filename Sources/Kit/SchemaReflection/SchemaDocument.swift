public import JSON

/// Writes schemas as JSON Schema 2020-12; named objects are written once, and referred to.
public struct SchemaDocument: Sendable {
    /// Which way a value goes: a writer of requests may leave out what is optional, a reader of answers finds every member.
    public enum Direction: Sendable {
        case request, answer
    }

    /// The named objects that were written so far.
    public private(set) var components: [String: JSONValue] = [:]
    private let prefix: String

    /// - Parameter prefix: what stands before a component's name in a reference, such as `#/components/schemas/`.
    public init(prefix: String) { self.prefix = prefix }

    public mutating func json(_ schema: TypeSchema, _ direction: Direction) -> JSONValue {
        switch schema {
        case .boolean: return ["type": "boolean"]
        case .anything: return [:]
        case .integer(let range):
            return Self.typed("integer", [("minimum", range.map { JSONValue.int($0.lowerBound) }), ("maximum", range.map { .int($0.upperBound) })])
        case .number(let range):
            return Self.typed(
                "number", [("minimum", range.flatMap { .double($0.lowerBound) }), ("maximum", range.flatMap { .double($0.upperBound) })])
        case .string(let rule): return Self.text(rule)
        case .oneOf(let values): return ["type": "string", "enum": .array(values.map(JSONValue.string))]
        case .only(let value): return ["const": value]
        case .array(let item, let count):
            return Self.typed(
                "array",
                [
                    ("items", json(item, direction)), ("minItems", count.flatMap { $0.lowerBound > 0 ? .int($0.lowerBound) : nil }),
                    ("maxItems", count.flatMap { $0.upperBound < .max ? .int($0.upperBound) : nil }),
                ])
        case .map(let value, let limit):
            let inner = json(value, direction)
            return Self.typed("object", [("additionalProperties", inner == [:] ? true : inner), ("maxProperties", limit.map { .int($0) })])
        case .nullable(let inner): return Self.nullable(json(inner, direction))
        case .either(let choices): return ["anyOf": .array(choices.map { json($0, direction) })]
        case .object(let object):
            guard let name = object.name else { return self.object(object, direction) }
            if components[name] == nil {
                components[name] = .null  // a type may hold itself
                components[name] = self.object(object, direction)
            }
            return ["$ref": .string(prefix + name)]
        }
    }

    private mutating func object(_ object: ObjectSchema, _ direction: Direction) -> JSONValue {
        var properties = JSONObject()
        var required: [JSONValue] = []
        for member in object.members where !object.requiresOneOf.dropFirst().contains(member.name) {
            let isDemanded = member.name == object.requiresOneOf.first
            var written = member.schema
            if isDemanded, case .nullable(let inner) = written { written = inner }
            var schema = json(written, direction)
            if let note = member.note { schema = schema.adding("description", .string(note)) }
            properties.members.append(.init(member.name, schema))
            if member.isRequired || isDemanded || direction == .answer { required.append(.string(member.name)) }
        }
        var members = JSONObject([.init("type", "object"), .init("properties", .object(properties))])
        if !required.isEmpty { members.members.append(.init("required", .array(required))) }
        return .object(members)
    }

    private static func text(_ rule: StringRule) -> JSONValue {
        typed(
            "string",
            [
                ("format", rule.format.map(JSONValue.string)), ("minLength", rule.length.flatMap { $0.lowerBound > 0 ? .int($0.lowerBound) : nil }),
                ("maxLength", rule.length.flatMap { $0.upperBound < .max ? .int($0.upperBound) : nil }),
                ("pattern", rule.form.map { .string($0.pattern) }),
            ])
    }

    private static func typed(_ type: String, _ members: [(String, JSONValue?)]) -> JSONValue {
        .object(JSONObject([.init("type", .string(type))] + members.compactMap { name, value in value.map { .init(name, $0) } }))
    }

    private static func nullable(_ schema: JSONValue) -> JSONValue {
        if schema == [:] { return schema }
        guard let object = schema.object, let type = object["type"]?.string else { return ["anyOf": [schema, ["type": "null"]]] }
        var members = object
        members["type"] = nil
        if let values = object["enum"]?.array { members["enum"] = .array(values + [.null]) }
        members.members.insert(.init("type", [.string(type), "null"]), at: 0)
        return .object(members)
    }
}

extension JSONValue {
    fileprivate static func int(_ value: Int) -> JSONValue { .number(JSONNumber(value)) }
    fileprivate static func double(_ value: Double) -> JSONValue? { JSONNumber(value).map(JSONValue.number) }

    fileprivate func adding(_ name: String, _ value: JSONValue) -> JSONValue {
        guard var object else { return self }
        object[name] = value
        return .object(object)
    }
}
