public import JSON

extension TypeSchema {
    /// The schema of what `decodeJSON` reads as a `T`: the type is asked to decode itself, and what it asks for is written down.
    ///
    /// Enumerations of texts must be `CaseIterable`; other types with a decoding of their own say their schema as `SchemaValue`.
    /// - Throws: what a type's own decoding throws; then the type needs to be a `SchemaValue`.
    public init<T: Decodable>(of type: T.Type) throws { self = try SchemaReader.schema(type).schema }
}

/// Stands in for JSON while a type decodes itself.
private struct SchemaReader: Decoder {
    final class Slot {
        var schema = TypeSchema.anything
        var members: [ObjectSchema.Member] = []
    }

    let slot: Slot
    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    static func schema<T: Decodable>(_ type: T.Type) throws -> (schema: TypeSchema, value: T) {
        if let described = type as? any SchemaValue.Type, let value = described.placeholder as? T { return (described.schema, value) }
        if let integer = type as? any FixedWidthInteger.Type, let value = integer.init(0) as? T { return (.integer(), value) }
        if type is String.Type, let value = "" as? T { return (.string(), value) }
        if type is Bool.Type, let value = false as? T { return (.boolean, value) }
        if type is Double.Type, let value = 0.0 as? T { return (.number(), value) }
        if let listed = type as? any CaseIterable.Type, let found = texts(listed), let value = found.first as? T {
            return (.oneOf(found.names), value)
        }
        if let optional = type as? any AnyOptional.Type {
            let (schema, value) = try optional.wrappedSchema { try Self.schema($0) }
            if let value = value as? T { return (.nullable(schema), value) }
        }
        let slot = Slot()
        let value = try T(from: SchemaReader(slot: slot))
        guard case .object(var object) = slot.schema else { return (slot.schema, value) }
        object.members = slot.members
        if let described = type as? any SchemaFields.Type { object.take(described) }
        return (.object(object), value)
    }

    private static func texts(_ type: any CaseIterable.Type) -> (first: Any, names: [String])? {
        func read<Listed: CaseIterable>(_ type: Listed.Type) -> (first: Any, names: [String])? {
            let all = Array(type.allCases)
            let names = all.compactMap { ($0 as? any RawRepresentable)?.rawValue as? String }
            guard let first = all.first, names.count == all.count else { return nil }
            return (first, names)
        }
        return read(type)
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedDecodingContainer<Key> {
        slot.schema = .object(ObjectSchema(name: nil, members: []))
        return KeyedDecodingContainer(MemberReader<Key>(slot: slot))
    }

    func unkeyedContainer() -> any UnkeyedDecodingContainer { ItemReader(slot: slot) }
    func singleValueContainer() -> any SingleValueDecodingContainer { ValueReader(slot: slot) }
}

extension ObjectSchema {
    fileprivate mutating func take(_ type: any SchemaFields.Type) {
        name = type.schemaName
        requiresOneOf = type.requiresOneOf
        let fields = type.fields
        for index in members.indices {
            guard let rule = fields[members[index].name] else { continue }
            members[index].note = rule.note
            if case .nullable(let inner) = members[index].schema {
                members[index].schema = .nullable(rule.apply(inner))
            } else {
                members[index].schema = rule.apply(members[index].schema)
            }
        }
    }
}

/// Optionals as such, whatever they wrap.
private protocol AnyOptional {
    static func wrappedSchema(_ read: (any Decodable.Type) throws -> (TypeSchema, Any)) throws -> (TypeSchema, Any)
}

extension Optional: AnyOptional where Wrapped: Decodable {
    fileprivate static func wrappedSchema(_ read: (any Decodable.Type) throws -> (TypeSchema, Any)) throws -> (TypeSchema, Any) {
        let (schema, value) = try read(Wrapped.self)
        return (schema, (value as? Wrapped).map(Optional.some) as Any)
    }
}

private struct MemberReader<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let slot: SchemaReader.Slot
    var codingPath: [any CodingKey] { [] }
    var allKeys: [Key] { [] }

    private func note<T: Decodable>(_ type: T.Type, _ key: Key, isRequired: Bool) throws -> T {
        let (schema, value) = try SchemaReader.schema(type)
        slot.members.append(
            .init(name: snakeCase(key.stringValue), schema: isRequired ? schema : .nullable(schema), isRequired: isRequired, note: nil))
        return value
    }

    func contains(_ key: Key) -> Bool { true }
    func decodeNil(forKey key: Key) -> Bool { false }
    func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T { try note(type, key, isRequired: true) }
    func decodeIfPresent<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T? { try note(type, key, isRequired: false) }
    func decodeIfPresent(_ type: Bool.Type, forKey key: Key) throws -> Bool? { try note(type, key, isRequired: false) }
    func decodeIfPresent(_ type: String.Type, forKey key: Key) throws -> String? { try note(type, key, isRequired: false) }
    func decodeIfPresent(_ type: Double.Type, forKey key: Key) throws -> Double? { try note(type, key, isRequired: false) }
    func decodeIfPresent(_ type: Int.Type, forKey key: Key) throws -> Int? { try note(type, key, isRequired: false) }

    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type, forKey key: Key) -> KeyedDecodingContainer<Nested> {
        KeyedDecodingContainer(MemberReader<Nested>(slot: .init()))
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedDecodingContainer { ItemReader(slot: .init()) }
    func superDecoder() -> any Decoder { SchemaReader(slot: .init()) }
    func superDecoder(forKey key: Key) -> any Decoder { SchemaReader(slot: .init()) }
}

private struct ItemReader: UnkeyedDecodingContainer {
    let slot: SchemaReader.Slot
    var codingPath: [any CodingKey] { [] }
    var count: Int? { 1 }
    var currentIndex = 0
    var isAtEnd: Bool { currentIndex > 0 }

    init(slot: SchemaReader.Slot) {
        self.slot = slot
        slot.schema = .array(.anything)
    }

    mutating func decodeNil() -> Bool { false }

    mutating func decode<T: Decodable>(_ type: T.Type) throws -> T {
        let (schema, value) = try SchemaReader.schema(type)
        slot.schema = .array(schema)
        currentIndex += 1
        return value
    }

    mutating func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedDecodingContainer<Nested> {
        currentIndex += 1
        return KeyedDecodingContainer(MemberReader<Nested>(slot: .init()))
    }

    mutating func nestedUnkeyedContainer() -> any UnkeyedDecodingContainer {
        currentIndex += 1
        return ItemReader(slot: .init())
    }

    mutating func superDecoder() -> any Decoder { SchemaReader(slot: .init()) }
}

private struct ValueReader: SingleValueDecodingContainer {
    let slot: SchemaReader.Slot
    var codingPath: [any CodingKey] { [] }

    func decodeNil() -> Bool { false }

    func decode<T: Decodable>(_ type: T.Type) throws -> T {
        let (schema, value) = try SchemaReader.schema(type)
        slot.schema = schema
        return value
    }
}

extension JSONValue: SchemaValue {
    public static var schema: TypeSchema { .anything }
    public static var placeholder: JSONValue { .null }
}

extension JSONObject: SchemaValue {
    public static var schema: TypeSchema { .map(.anything) }
    public static var placeholder: JSONObject { JSONObject() }
}
