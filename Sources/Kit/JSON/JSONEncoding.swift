/// What an encoder does with a property that is nil.
public enum NilEncoding: Sendable {
    /// `"name": null`: a reader sees every field there is.
    case null
    /// The member is left out: shorter, for what is stored.
    case omitted
}

/// Writes a value as compact JSON bytes with snake_case names.
/// - Throws: `EncodingError` for numbers that JSON cannot say.
public func encodeJSON(_ value: some Encodable, nils: NilEncoding = .null) throws -> [UInt8] {
    try jsonValue(value, nils: nils).bytes
}

/// Turns a value into a JSON value with snake_case names.
public func jsonValue(_ value: some Encodable, nils: NilEncoding = .null) throws -> JSONValue {
    let slot = Slot()
    try encode(value, into: slot, path: [], nils: nils)
    return slot.value
}

/// A place in the tree that is being built: codable containers have no end, so they are filled by reference.
final class Slot {
    enum Content {
        case value(JSONValue)
        case object([(name: String, slot: Slot)])
        case array([Slot])
    }

    var content: Content = .value(.null)

    var value: JSONValue {
        switch content {
        case .value(let value): value
        case .object(let members): .object(JSONObject(members.map { JSONObject.Member($0.name, $0.slot.value) }))
        case .array(let items): .array(items.map(\.value))
        }
    }

    func member(_ name: String) -> Slot {
        let slot = Slot()
        if case .object(var members) = content {
            content = .value(.null)
            members.append((name, slot))
            content = .object(members)
        } else {
            content = .object([(name, slot)])
        }
        return slot
    }

    func item() -> Slot {
        let slot = Slot()
        if case .array(var items) = content {
            content = .value(.null)
            items.append(slot)
            content = .array(items)
        } else {
            content = .array([slot])
        }
        return slot
    }
}

private func encode(_ value: some Encodable, into slot: Slot, path: [any CodingKey], nils: NilEncoding) throws {
    let encoder = JSONValueEncoder(slot: slot, codingPath: path, nils: nils, keysAreData: value is any DataKeyed)
    try value.encode(to: encoder)
}

struct JSONValueEncoder: Encoder {
    let slot: Slot
    let codingPath: [any CodingKey]
    let nils: NilEncoding
    let keysAreData: Bool
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        if case .object = slot.content {} else { slot.content = .object([]) }
        return KeyedEncodingContainer(KeyedWriter<Key>(encoder: self))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        if case .array = slot.content {} else { slot.content = .array([]) }
        return UnkeyedWriter(encoder: self)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { ScalarWriter(encoder: self) }

    func nested(_ slot: Slot, _ key: (any CodingKey)?) -> JSONValueEncoder {
        JSONValueEncoder(slot: slot, codingPath: key.map { codingPath + [$0] } ?? codingPath, nils: nils, keysAreData: false)
    }
}

private struct ScalarWriter: SingleValueEncodingContainer {
    let encoder: JSONValueEncoder
    var codingPath: [any CodingKey] { encoder.codingPath }

    func encodeNil() { encoder.slot.content = .value(.null) }
    func encode(_ value: Bool) { encoder.slot.content = .value(.bool(value)) }
    func encode(_ value: String) { encoder.slot.content = .value(.string(value)) }
    func encode(_ value: Float) throws { try encode(Double(value)) }

    func encode(_ value: Double) throws {
        guard let number = JSONNumber(value) else {
            throw EncodingError.invalidValue(value, .init(codingPath: codingPath, debugDescription: "JSON has no such number"))
        }
        encoder.slot.content = .value(.number(number))
    }

    func encode<T: Encodable>(_ value: T) throws {
        if let integer = value as? any FixedWidthInteger {
            encoder.slot.content = .value(.number(JSONNumber(unchecked: "\(integer)")))
        } else {
            try JSON.encode(value, into: encoder.slot, path: codingPath, nils: encoder.nils)
        }
    }
}

private struct KeyedWriter<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let encoder: JSONValueEncoder
    var codingPath: [any CodingKey] { encoder.codingPath }

    private func slot(_ key: any CodingKey) -> Slot {
        encoder.slot.member(encoder.keysAreData ? key.stringValue : snakeCase(key.stringValue))
    }

    private func scalar(_ key: Key) -> ScalarWriter { ScalarWriter(encoder: encoder.nested(slot(key), key)) }

    func encodeNil(forKey key: Key) { slot(key).content = .value(.null) }
    func encode(_ value: Bool, forKey key: Key) { scalar(key).encode(value) }
    func encode(_ value: String, forKey key: Key) { scalar(key).encode(value) }
    func encode(_ value: Double, forKey key: Key) throws { try scalar(key).encode(value) }
    func encode(_ value: Float, forKey key: Key) throws { try scalar(key).encode(value) }
    func encode<T: Encodable>(_ value: T, forKey key: Key) throws { try scalar(key).encode(value) }

    private func present<T: Encodable>(_ value: T?, _ key: Key) throws {
        if let value { try scalar(key).encode(value) } else if encoder.nils == .null { encodeNil(forKey: key) }
    }

    func encodeIfPresent(_ value: Bool?, forKey key: Key) throws {
        if let value { encode(value, forKey: key) } else { try present(String?.none, key) }
    }
    func encodeIfPresent(_ value: String?, forKey key: Key) throws {
        if let value { encode(value, forKey: key) } else { try present(String?.none, key) }
    }
    func encodeIfPresent(_ value: Double?, forKey key: Key) throws {
        if let value { try encode(value, forKey: key) } else { try present(String?.none, key) }
    }
    func encodeIfPresent(_ value: Float?, forKey key: Key) throws { try encodeIfPresent(value.map(Double.init), forKey: key) }
    func encodeIfPresent(_ value: Int?, forKey key: Key) throws { try present(value, key) }
    func encodeIfPresent(_ value: Int8?, forKey key: Key) throws { try present(value, key) }
    func encodeIfPresent(_ value: Int16?, forKey key: Key) throws { try present(value, key) }
    func encodeIfPresent(_ value: Int32?, forKey key: Key) throws { try present(value, key) }
    func encodeIfPresent(_ value: Int64?, forKey key: Key) throws { try present(value, key) }
    func encodeIfPresent(_ value: UInt?, forKey key: Key) throws { try present(value, key) }
    func encodeIfPresent(_ value: UInt8?, forKey key: Key) throws { try present(value, key) }
    func encodeIfPresent(_ value: UInt16?, forKey key: Key) throws { try present(value, key) }
    func encodeIfPresent(_ value: UInt32?, forKey key: Key) throws { try present(value, key) }
    func encodeIfPresent(_ value: UInt64?, forKey key: Key) throws { try present(value, key) }
    func encodeIfPresent<T: Encodable>(_ value: T?, forKey key: Key) throws { try present(value, key) }

    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type, forKey key: Key) -> KeyedEncodingContainer<Nested> {
        encoder.nested(slot(key), key).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer { encoder.nested(slot(key), key).unkeyedContainer() }
    func superEncoder() -> any Encoder { encoder.nested(encoder.slot.member("super"), nil) }
    func superEncoder(forKey key: Key) -> any Encoder { encoder.nested(slot(key), key) }
}

private struct UnkeyedWriter: UnkeyedEncodingContainer {
    let encoder: JSONValueEncoder
    var codingPath: [any CodingKey] { encoder.codingPath }

    var count: Int { if case .array(let items) = encoder.slot.content { items.count } else { 0 } }

    func encodeNil() { encoder.slot.item().content = .value(.null) }

    func encode<T: Encodable>(_ value: T) throws {
        let scalar = ScalarWriter(encoder: encoder.nested(encoder.slot.item(), nil))
        switch value {
        case let text as String: scalar.encode(text)
        case let flag as Bool: scalar.encode(flag)
        case let number as Double: try scalar.encode(number)
        case let number as Float: try scalar.encode(number)
        default: try scalar.encode(value)
        }
    }

    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
        encoder.nested(encoder.slot.item(), nil).container(keyedBy: type)
    }

    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { encoder.nested(encoder.slot.item(), nil).unkeyedContainer() }
    func superEncoder() -> any Encoder { encoder.nested(encoder.slot.item(), nil) }
}
