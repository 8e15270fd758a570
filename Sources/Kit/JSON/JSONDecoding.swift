/// Reads a value of type `T` from JSON text; names are expected in snake_case.
/// - Throws: `JSONSyntaxError` for what is not JSON, `JSONShapeError` for JSON of another shape.
public func decodeJSON<T: Decodable>(
    _ type: T.Type, from bytes: some Sequence<UInt8>, depthLimit: Int = JSONParser.defaultDepthLimit
) throws -> T {
    try decodeJSON(type, from: JSONParser.parse(bytes, depthLimit: depthLimit))
}

/// Reads a value of type `T` from a JSON value.
/// - Throws: `JSONShapeError`.
public func decodeJSON<T: Decodable>(_ type: T.Type, from value: JSONValue) throws -> T {
    do {
        return try decode(type, value, [])
    } catch let error as DecodingError {
        throw JSONShapeError(error)
    }
}

/// Where JSON has another shape than asked for: a JSON Pointer (RFC 6901) to the place, and what should stand there.
public struct JSONShapeError: Error, Hashable, CustomStringConvertible {
    public let pointer: String
    public let message: String

    public var description: String { pointer.isEmpty ? message : "\(pointer) \(message)" }

    public init(pointer: String, message: String) {
        self.pointer = pointer
        self.message = message
    }

    init(_ error: DecodingError) {
        switch error {
        case .keyNotFound(let key, let context):
            self.init(pointer: Self.pointer(context.codingPath + [key]), message: "is required")
        case .valueNotFound(_, let context), .typeMismatch(_, let context), .dataCorrupted(let context):
            // What the standard library says of a raw value names a type of ours.
            let isOther = context.debugDescription.hasPrefix("Cannot initialize")
            self.init(pointer: Self.pointer(context.codingPath), message: isOther ? "is none of the known values" : context.debugDescription)
        @unknown default:
            self.init(pointer: "", message: "has the wrong shape")
        }
    }

    private static func pointer(_ path: [any CodingKey]) -> String {
        path.map { key in
            let escaped = key.stringValue.unicodeScalars.map { $0 == "~" ? "~0" : $0 == "/" ? "~1" : String($0) }
            return "/" + escaped.joined()
        }.joined()
    }
}

private func decode<T: Decodable>(_ type: T.Type, _ value: JSONValue, _ path: [any CodingKey]) throws -> T {
    try T(from: JSONValueDecoder(value: value, codingPath: path, keysAreData: type is any DataKeyed.Type))
}

/// A step of a path as it stands in the text: a member's name, or an item's index.
private struct PathKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(_ name: String) { stringValue = name }
    init(_ index: Int) { stringValue = "\(index)" }
    init?(intValue: Int) { self.init(intValue) }
    init?(stringValue: String) { self.init(stringValue) }
}

struct JSONValueDecoder: Decoder {
    let value: JSONValue
    let codingPath: [any CodingKey]
    let keysAreData: Bool
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        guard case .object(let object) = value else { throw mismatch("must be an object") }
        return KeyedDecodingContainer(KeyedReader<Key>(decoder: self, object: object))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        guard case .array(let items) = value else { throw mismatch("must be an array") }
        return UnkeyedReader(decoder: self, items: items)
    }

    func singleValueContainer() -> any SingleValueDecodingContainer { ScalarReader(value: value, codingPath: codingPath) }

    private func mismatch(_ message: String) -> DecodingError {
        .typeMismatch(JSONValue.self, .init(codingPath: codingPath, debugDescription: message))
    }
}

private struct ScalarReader: SingleValueDecodingContainer {
    let value: JSONValue
    let codingPath: [any CodingKey]

    func decodeNil() -> Bool { value.isNull }
    func decode(_ type: Bool.Type) throws -> Bool { try unwrap(value.bool, "must be true or false") }
    func decode(_ type: String.Type) throws -> String { try unwrap(value.string, "must be a string") }
    func decode(_ type: Double.Type) throws -> Double { try unwrap(value.double, "must be a number") }
    func decode(_ type: Float.Type) throws -> Float { Float(try decode(Double.self)) }

    func decode<T: Decodable>(_ type: T.Type) throws -> T {
        if let integer = type as? any FixedWidthInteger.Type {
            guard case .number(let number) = value, number.isWhole else { return try unwrap(nil, "must be a whole number") }
            return try unwrap(number.whole(as: integer) as? T, "is out of range")
        }
        return try JSON.decode(type, value, codingPath)
    }

    private func unwrap<T>(_ value: T?, _ message: String) throws -> T {
        guard let value else { throw DecodingError.typeMismatch(T.self, .init(codingPath: codingPath, debugDescription: message)) }
        return value
    }
}

private struct KeyedReader<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let decoder: JSONValueDecoder
    let object: JSONObject
    var codingPath: [any CodingKey] { decoder.codingPath }
    var allKeys: [Key] { object.members.compactMap { Key(stringValue: $0.name) } }

    private func name(_ key: any CodingKey) -> String { decoder.keysAreData ? key.stringValue : snakeCase(key.stringValue) }

    private func scalar(_ key: Key) throws -> ScalarReader {
        let step = PathKey(name(key))
        guard let value = object[step.stringValue] else {
            throw DecodingError.keyNotFound(step, .init(codingPath: codingPath, debugDescription: "is required"))
        }
        return ScalarReader(value: value, codingPath: codingPath + [step])
    }

    func contains(_ key: Key) -> Bool { object[name(key)] != nil }
    func decodeNil(forKey key: Key) throws -> Bool { try scalar(key).decodeNil() }
    func decode(_ type: Bool.Type, forKey key: Key) throws -> Bool { try scalar(key).decode(type) }
    func decode(_ type: String.Type, forKey key: Key) throws -> String { try scalar(key).decode(type) }
    func decode(_ type: Double.Type, forKey key: Key) throws -> Double { try scalar(key).decode(type) }
    func decode(_ type: Float.Type, forKey key: Key) throws -> Float { try scalar(key).decode(type) }
    func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T { try scalar(key).decode(type) }

    private func nested(_ key: Key) throws -> JSONValueDecoder {
        let scalar = try scalar(key)
        return JSONValueDecoder(value: scalar.value, codingPath: scalar.codingPath, keysAreData: false)
    }

    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type, forKey key: Key) throws -> KeyedDecodingContainer<Nested> {
        try nested(key).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer { try nested(key).unkeyedContainer() }
    func superDecoder() throws -> any Decoder { decoder }
    func superDecoder(forKey key: Key) throws -> any Decoder { try nested(key) }
}

private struct UnkeyedReader: UnkeyedDecodingContainer {
    let decoder: JSONValueDecoder
    let items: [JSONValue]
    var currentIndex = 0
    var codingPath: [any CodingKey] { decoder.codingPath }
    var count: Int? { items.count }
    var isAtEnd: Bool { currentIndex >= items.count }

    private func scalar() throws -> ScalarReader {
        guard !isAtEnd else {
            throw DecodingError.valueNotFound(JSONValue.self, .init(codingPath: codingPath, debugDescription: "has too few items"))
        }
        return ScalarReader(value: items[currentIndex], codingPath: codingPath + [PathKey(currentIndex)])
    }

    mutating func decodeNil() throws -> Bool {
        guard try scalar().decodeNil() else { return false }
        currentIndex += 1
        return true
    }

    mutating func decode<T: Decodable>(_ type: T.Type) throws -> T {
        let scalar = try scalar()
        let value: T? =
            switch type {
            case is String.Type: try scalar.decode(String.self) as? T
            case is Bool.Type: try scalar.decode(Bool.self) as? T
            case is Double.Type: try scalar.decode(Double.self) as? T
            case is Float.Type: try scalar.decode(Float.self) as? T
            default: try scalar.decode(type)
            }
        guard let value else {
            throw DecodingError.typeMismatch(type, .init(codingPath: codingPath, debugDescription: "has an item of another type"))
        }
        currentIndex += 1
        return value
    }

    private mutating func nested() throws -> JSONValueDecoder {
        let scalar = try scalar()
        currentIndex += 1
        return JSONValueDecoder(value: scalar.value, codingPath: scalar.codingPath, keysAreData: false)
    }

    mutating func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) throws -> KeyedDecodingContainer<Nested> {
        try nested().container(keyedBy: type)
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer { try nested().unkeyedContainer() }
    mutating func superDecoder() throws -> any Decoder { try nested() }
}
