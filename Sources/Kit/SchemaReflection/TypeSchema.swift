public import JSON

/// The shape of JSON that a type reads and writes, with the limits its values keep: said in JSON Schema 2020-12 for documents, and
/// checked by `violations(in:)`, so that what is documented is what is enforced.
public indirect enum TypeSchema: Sendable, Hashable {
    case boolean
    case integer(ClosedRange<Int>? = nil)
    case number(ClosedRange<Double>? = nil)
    case string(StringRule = StringRule())
    /// One of these texts.
    case oneOf([String])
    /// This value alone.
    case only(JSONValue)
    case array(TypeSchema, count: ClosedRange<Int>? = nil)
    case object(ObjectSchema)
    /// Names that are data; at most so many of them.
    case map(TypeSchema, limit: Int? = nil)
    case anything
    case nullable(TypeSchema)
    /// The first that fits.
    case either([TypeSchema])
}

extension TypeSchema {
    /// The same with texts of another length under these names, where something else than the type decides on it.
    public func limiting(_ names: [String], to length: ClosedRange<Int>) -> TypeSchema {
        switch self {
        case .object(var object):
            for index in object.members.indices where names.contains(object.members[index].name) {
                object.members[index].schema = object.members[index].schema.limited(to: length)
            }
            return .object(object)
        default: return self
        }
    }

    private func limited(to length: ClosedRange<Int>) -> TypeSchema {
        switch self {
        case .nullable(let inner): return .nullable(inner.limited(to: length))
        case .string(var rule):
            rule.length = length
            return .string(rule)
        default: return self
        }
    }
}

/// What a text must be.
public struct StringRule: Sendable, Hashable {
    /// In Unicode scalars.
    public var length: ClosedRange<Int>?
    /// A name of JSON Schema's: `uuid`, `date-time`, `email`, ….
    public var format: String?
    public var form: TextForm?

    public init(length: ClosedRange<Int>? = nil, format: String? = nil, form: TextForm? = nil) {
        self.length = length
        self.format = format
        self.form = form
    }
}

/// A form of text: the same rule twice, as an ECMA 262 pattern for readers and as code that needs no pattern engine.
public struct TextForm: Sendable, Hashable {
    public let pattern: String
    /// What a text of another form is told: "must …".
    public let message: String
    public let holds: @Sendable (String) -> Bool

    public init(pattern: String, message: String, holds: @escaping @Sendable (String) -> Bool) {
        self.pattern = pattern
        self.message = message
        self.holds = holds
    }

    public static func == (left: Self, right: Self) -> Bool { left.pattern == right.pattern }
    public func hash(into hasher: inout Hasher) { hasher.combine(pattern) }
}

/// The members of an object.
public struct ObjectSchema: Sendable, Hashable {
    public struct Member: Sendable, Hashable {
        public let name: String
        public var schema: TypeSchema
        public var isRequired: Bool
        public var note: String?

        public init(name: String, schema: TypeSchema, isRequired: Bool, note: String?) {
            self.name = name
            self.schema = schema
            self.isRequired = isRequired
            self.note = note
        }
    }

    /// The name under which documents list it; nil for one that is written out where it is used.
    public var name: String?
    public var members: [Member]
    /// Names of one member, of which at least one must be there. Documents tell the first, as one that is required.
    public var requiresOneOf: [String] = []

    public init(name: String?, members: [Member]) {
        self.name = name
        self.members = members
    }
}

/// What a type says of a member beyond its Swift type.
public struct FieldRule: Sendable {
    let note: String
    let apply: @Sendable (TypeSchema) -> TypeSchema

    /// A member that is only explained.
    public static func note(_ note: String) -> FieldRule { FieldRule(note: note) { $0 } }

    public static func text(_ note: String, _ length: ClosedRange<Int>, form: TextForm? = nil, format: String? = nil) -> FieldRule {
        FieldRule(note: note) { _ in .string(StringRule(length: length, format: format, form: form)) }
    }

    public static func integer(_ note: String, _ range: ClosedRange<Int>) -> FieldRule { FieldRule(note: note) { _ in .integer(range) } }
    public static func number(_ note: String, _ range: ClosedRange<Double>) -> FieldRule { FieldRule(note: note) { _ in .number(range) } }
    public static func oneOf(_ note: String, _ values: [String]) -> FieldRule { FieldRule(note: note) { _ in .oneOf(values) } }

    /// A list of so many items.
    public static func list(_ note: String, _ count: ClosedRange<Int>) -> FieldRule {
        FieldRule(note: note) { schema in
            if case .array(let item, _) = schema { .array(item, count: count) } else { schema }
        }
    }

    /// Another schema than the Swift type's.
    public static func schema(_ note: String, _ schema: TypeSchema) -> FieldRule { FieldRule(note: note) { _ in schema } }
}

/// A type that explains and limits its members. Names are as they stand in JSON.
public protocol SchemaFields {
    static var fields: [String: FieldRule] { get }
    /// The name under which documents list the type.
    static var schemaName: String { get }
    /// Names of one member, of which at least one must be there. Documents tell the first, as one that is required.
    static var requiresOneOf: [String] { get }
}

extension SchemaFields {
    public static var schemaName: String { String(describing: Self.self) }
    public static var requiresOneOf: [String] { [] }
}

/// A type that is written as one JSON value.
public protocol SchemaValue {
    static var schema: TypeSchema { get }
    /// Any value of the type; it is only passed on.
    static var placeholder: Self { get }
}
