/// Any JSON value. Numbers keep the digits they were written with and objects keep the order of their members, so that what is
/// read can be written again unchanged.
public enum JSONValue: Hashable, Sendable {
    case null
    case bool(Bool)
    case number(JSONNumber)
    case string(String)
    case array([JSONValue])
    case object(JSONObject)
}

/// A number as it was written (RFC 8259 grammar).
public struct JSONNumber: Hashable, Sendable {
    public let text: String

    /// The caller vouches that `text` follows the grammar.
    init(unchecked text: String) { self.text = text }

    public init(_ value: Int) { text = String(value) }

    /// nil for infinities and NaN, which JSON cannot say.
    public init?(_ value: Double) {
        guard value.isFinite else { return nil }
        text = value == value.rounded() && abs(value) < 9e15 ? String(Int64(value)) : value.description
    }

    /// nil where the number is not whole or does not fit.
    public var int: Int? {
        if let value = Int(text) { return value }
        guard let value = Double(text), value == value.rounded(), abs(value) < 9e15 else { return nil }
        return Int(value)
    }

    public var double: Double { Double(text) ?? .nan }

    var isWhole: Bool { double == double.rounded() }

    /// nil where the number is not whole or does not fit.
    func whole<Integer: FixedWidthInteger>(as type: Integer.Type) -> Integer? { Integer(text) ?? int.flatMap(Integer.init(exactly:)) }
}

/// The members of an object in their order. Names are compared byte for byte; where one stands
/// twice, the last counts.
public struct JSONObject: Hashable, Sendable {
    public var members: [Member]

    public struct Member: Hashable, Sendable {
        public var name: String
        public var value: JSONValue

        public init(_ name: String, _ value: JSONValue) {
            self.name = name
            self.value = value
        }
    }

    public init(_ members: [Member] = []) { self.members = members }

    public subscript(name: String) -> JSONValue? {
        get { members.last { Self.same($0.name, name) }?.value }
        set {
            members.removeAll { Self.same($0.name, name) }
            if let newValue { members.append(Member(name, newValue)) }
        }
    }

    public var isEmpty: Bool { members.isEmpty }

    /// `==` takes composed and decomposed letters for the same; it comes first since it is quick to tell most names apart.
    private static func same(_ one: String, _ other: String) -> Bool { one == other && one.utf8.elementsEqual(other.utf8) }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    public init(dictionaryLiteral elements: (String, JSONValue)...) { self.init(elements.map { Member($0.0, $0.1) }) }
}

extension JSONValue {
    public subscript(name: String) -> JSONValue? {
        if case .object(let object) = self { object[name] } else { nil }
    }

    public subscript(index: Int) -> JSONValue? {
        if case .array(let items) = self, items.indices.contains(index) { items[index] } else { nil }
    }

    public var string: String? { if case .string(let value) = self { value } else { nil } }
    public var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
    public var int: Int? { if case .number(let value) = self { value.int } else { nil } }
    public var double: Double? { if case .number(let value) = self { value.double } else { nil } }
    public var array: [JSONValue]? { if case .array(let value) = self { value } else { nil } }
    public var object: JSONObject? { if case .object(let value) = self { value } else { nil } }
    public var isNull: Bool { self == .null }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral, ExpressibleByNilLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    public init(stringLiteral value: String) { self = .string(value) }
    public init(integerLiteral value: Int) { self = .number(JSONNumber(value)) }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    public init(nilLiteral: ()) { self = .null }
    public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(JSONObject(elements.map { JSONObject.Member($0.0, $0.1) }))
    }
}
