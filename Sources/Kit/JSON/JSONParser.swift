/// Why a text is not JSON, and at which byte.
public struct JSONSyntaxError: Error, Hashable, CustomStringConvertible {
    public let offset: Int
    public let reason: String

    public var description: String { "not JSON at byte \(offset): \(reason)" }
}

/// A strict RFC 8259 parser over bytes: UTF-8 only, no comments, no trailing commas, no lone surrogates, nothing after the value.
public struct JSONParser {
    /// How deep arrays and objects may nest.
    public static let defaultDepthLimit = 256

    private let bytes: UnsafeBufferPointer<UInt8>
    private var position = 0
    private var depth = 0
    private let depthLimit: Int
    /// How many more values may come.
    private var left: Int

    private init(_ bytes: UnsafeBufferPointer<UInt8>, depthLimit: Int, valueLimit: Int) {
        self.bytes = bytes
        self.depthLimit = depthLimit
        left = valueLimit
    }

    /// - Parameters:
    ///   - depthLimit: how deep arrays and objects may nest.
    ///   - valueLimit: how many values there may be, those within others too: each takes some 30 bytes, where its text may have two.
    public static func parse(
        _ bytes: some Sequence<UInt8>, depthLimit: Int = defaultDepthLimit, valueLimit: Int = .max
    ) throws(JSONSyntaxError) -> JSONValue {
        var result: Result<JSONValue, JSONSyntaxError>?
        let done: Void? = bytes.withContiguousStorageIfAvailable {
            result = parseAll(JSONParser($0, depthLimit: depthLimit, valueLimit: valueLimit))
        }
        if done == nil {
            Array(bytes).withUnsafeBufferPointer { result = parseAll(JSONParser($0, depthLimit: depthLimit, valueLimit: valueLimit)) }
        }
        guard let result else { throw JSONSyntaxError(offset: 0, reason: "no bytes") }
        return try result.get()
    }

    private static func parseAll(_ unread: JSONParser) -> Result<JSONValue, JSONSyntaxError> {
        var parser = unread
        return Result { () throws(JSONSyntaxError) in
            let value = try parser.value()
            parser.skipSpace()
            guard parser.position == parser.bytes.count else { throw parser.failure("something follows the value") }
            return value
        }
    }

    // MARK: Values

    private mutating func value() throws(JSONSyntaxError) -> JSONValue {
        skipSpace()
        guard position < bytes.count else { throw failure("the text ends where a value should stand") }
        guard left > 0 else { throw failure("more values than may be here") }
        left -= 1
        switch bytes[position] {
        case UInt8(ascii: "{"): return try object()
        case UInt8(ascii: "["): return try array()
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case UInt8(ascii: "-"), 48...57: return .number(try number())
        default: throw failure("no value starts like this")
        }
    }

    private mutating func object() throws(JSONSyntaxError) -> JSONValue {
        try enter()
        var members: [JSONObject.Member] = []
        if !take(UInt8(ascii: "}")) {
            members.reserveCapacity(4)
            repeat {
                skipSpace()
                guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else { throw failure("a member's name should stand here") }
                let name = try string()
                guard take(UInt8(ascii: ":")) else { throw failure("a colon should stand here") }
                members.append(JSONObject.Member(name, try value()))
            } while take(UInt8(ascii: ","))
            guard take(UInt8(ascii: "}")) else { throw failure("a comma or a closing brace should stand here") }
        }
        depth -= 1
        return .object(JSONObject(members))
    }

    private mutating func array() throws(JSONSyntaxError) -> JSONValue {
        try enter()
        var items: [JSONValue] = []
        if !take(UInt8(ascii: "]")) {
            repeat { items.append(try value()) } while take(UInt8(ascii: ","))
            guard take(UInt8(ascii: "]")) else { throw failure("a comma or a closing bracket should stand here") }
        }
        depth -= 1
        return .array(items)
    }

    private mutating func enter() throws(JSONSyntaxError) {
        depth += 1
        guard depth <= depthLimit else { throw failure("nested deeper than \(depthLimit)") }
        position += 1
    }

    private mutating func word(_ text: StaticString, _ value: JSONValue) throws(JSONSyntaxError) -> JSONValue {
        let count = text.utf8CodeUnitCount
        guard position + count <= bytes.count else { throw failure("the text ends inside a word") }
        for index in 0..<count where bytes[position + index] != text.utf8Start[index] { throw failure("no such word") }
        position += count
        return value
    }

    private mutating func number() throws(JSONSyntaxError) -> JSONNumber {
        let start = position
        if bytes[position] == UInt8(ascii: "-") { position += 1 }
        if peek == UInt8(ascii: "0") { position += 1 } else { try digits() }
        if peek == UInt8(ascii: ".") {
            position += 1
            try digits()
        }
        if peek == UInt8(ascii: "e") || peek == UInt8(ascii: "E") {
            position += 1
            if peek == UInt8(ascii: "+") || peek == UInt8(ascii: "-") { position += 1 }
            try digits()
        }
        return JSONNumber(unchecked: String(decoding: bytes[start..<position], as: UTF8.self))
    }

    private mutating func digits() throws(JSONSyntaxError) {
        let start = position
        while let byte = peek, (48...57).contains(byte) { position += 1 }
        if position == start { throw failure("a digit should stand here") }
    }

    // MARK: Strings

    private mutating func string() throws(JSONSyntaxError) -> String {
        position += 1
        let start = position
        var bits: UInt8 = 0
        while position < bytes.count {
            let byte = bytes[position]
            bits |= byte
            if byte == UInt8(ascii: "\"") {
                defer { position += 1 }
                let slice = UnsafeBufferPointer(rebasing: bytes[start..<position])
                // ASCII need not be validated.
                return bits < 0x80 ? String(decoding: slice, as: UTF8.self) : try text(slice, from: start)
            }
            if byte == UInt8(ascii: "\\") { return try escapedString(from: start) }
            guard byte >= 0x20 else { throw failure("a control character must be escaped") }
            position += 1
        }
        throw failure("the text ends inside a string")
    }

    private mutating func escapedString(from start: Int) throws(JSONSyntaxError) -> String {
        var buffer = Array(bytes[start..<position])
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return try text(buffer, from: start)
            case UInt8(ascii: "\\"): try escape(into: &buffer)
            case 0..<0x20: throw failure("a control character must be escaped")
            default: buffer.append(byte)
            }
        }
        throw failure("the text ends inside a string")
    }

    private mutating func escape(into buffer: inout [UInt8]) throws(JSONSyntaxError) {
        guard let byte = peek else { throw failure("the text ends inside a string") }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): buffer.append(byte)
        case UInt8(ascii: "b"): buffer.append(8)
        case UInt8(ascii: "f"): buffer.append(12)
        case UInt8(ascii: "n"): buffer.append(10)
        case UInt8(ascii: "r"): buffer.append(13)
        case UInt8(ascii: "t"): buffer.append(9)
        case UInt8(ascii: "u"): buffer.append(contentsOf: UTF8.encode(try scalar())!)
        default: throw failure("no such escape")
        }
    }

    private mutating func scalar() throws(JSONSyntaxError) -> Unicode.Scalar {
        let first = try hexUnit()
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard first < 0xdc00, peek == UInt8(ascii: "\\") else { throw failure("half of a surrogate pair") }
        position += 1
        guard peek == UInt8(ascii: "u") else { throw failure("half of a surrogate pair") }
        position += 1
        let second = try hexUnit()
        guard (0xdc00...0xdfff).contains(second), let scalar = Unicode.Scalar(0x10000 + (first - 0xd800) << 10 + (second - 0xdc00)) else {
            throw failure("half of a surrogate pair")
        }
        return scalar
    }

    private mutating func hexUnit() throws(JSONSyntaxError) -> UInt32 {
        var unit: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = peek, let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 0x80 else {
                throw failure("four hexadecimal digits should stand here")
            }
            unit = unit << 4 | UInt32(digit)
            position += 1
        }
        return unit
    }

    private func text(_ slice: some Collection<UInt8>, from start: Int) throws(JSONSyntaxError) -> String {
        guard let text = String(validating: slice, as: UTF8.self) else {
            throw JSONSyntaxError(offset: start, reason: "the string is not UTF-8")
        }
        return text
    }

    // MARK: Bytes

    private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func take(_ byte: UInt8) -> Bool {
        skipSpace()
        guard peek == byte else { return false }
        position += 1
        return true
    }

    private mutating func skipSpace() {
        while let byte = peek, byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 { position += 1 }
    }

    private func failure(_ reason: String) -> JSONSyntaxError { JSONSyntaxError(offset: position, reason: reason) }
}
