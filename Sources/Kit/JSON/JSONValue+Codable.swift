extension JSONValue: Codable {
    public init(from decoder: any Decoder) throws {
        guard let decoder = decoder as? JSONValueDecoder else {
            throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: "JSON values are read by decodeJSON"))
        }
        self = decoder.value
    }

    public func encode(to encoder: any Encoder) throws {
        guard let encoder = encoder as? JSONValueEncoder else {
            throw EncodingError.invalidValue(
                self, .init(codingPath: encoder.codingPath, debugDescription: "JSON values are written by encodeJSON"))
        }
        encoder.slot.content = .value(self)
    }
}

extension JSONObject: Codable {
    public init(from decoder: any Decoder) throws {
        guard case .object(let object) = try JSONValue(from: decoder) else {
            throw DecodingError.typeMismatch(JSONObject.self, .init(codingPath: decoder.codingPath, debugDescription: "must be an object"))
        }
        self = object
    }

    public func encode(to encoder: any Encoder) throws { try JSONValue.object(self).encode(to: encoder) }
}

/// Property names are written in snake_case: `createdAt` is `created_at`, `userID` is `user_id`. Names that are data (dictionary
/// keys, members of a `JSONObject`) stay as they are.
public func snakeCase(_ name: String) -> String {
    let letters = Array(name.utf8)
    guard letters.contains(where: isUpper) else { return name }
    var result: [UInt8] = []
    result.reserveCapacity(letters.count + 4)
    for (index, letter) in letters.enumerated() {
        guard isUpper(letter) else {
            result.append(letter)
            continue
        }
        let startsWord = index > 0 && (!isUpper(letters[index - 1]) || index + 1 < letters.count && !isUpper(letters[index + 1]))
        if startsWord { result.append(UInt8(ascii: "_")) }
        result.append(letter + 32)
    }
    return String(decoding: result, as: UTF8.self)
}

private func isUpper(_ letter: UInt8) -> Bool { (65...90).contains(letter) }

/// Marks dictionaries whose keys are data.
public protocol DataKeyed {}
extension Dictionary: DataKeyed where Key == String {}
