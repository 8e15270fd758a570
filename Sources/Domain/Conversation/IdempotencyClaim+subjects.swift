import JSON
package import TimeOrdered

extension IdempotencyClaim {
    /// Things that an answer is taken to speak of at the most.
    package static let subjectLimit = 4_096

    /// What a kept answer speaks of, so that it is forgotten with each of them: all ids in the names and texts of its JSON. The outer ones
    /// come first: what is beyond the limit stands deep in what clients gave, which says nothing of what the answer is of.
    package var subjects: [UUIDv7] {
        guard case .response(_, let body) = outcome,
            // reason: an answer that is no JSON names nothing
            let answer = try? JSONParser.parse(body, depthLimit: EventPayload.depthLimit)
        else { return [] }
        var found: [UUIDv7] = []
        var known: Set<UUIDv7> = []
        var level = [answer]
        while !level.isEmpty {
            for id in level.flatMap(\.ids) where known.insert(id).inserted {
                guard found.count < Self.subjectLimit else { return found }
                found.append(id)
            }
            level = level.flatMap(\.children)
        }
        return found
    }
}

extension JSONValue {
    /// The ids in a text, or in the names of an object.
    fileprivate var ids: [UUIDv7] {
        switch self {
        case .string(let text): Self.ids(in: text)
        case .object(let object): object.members.flatMap { Self.ids(in: $0.name) }
        case .null, .bool, .number, .array: []
        }
    }

    fileprivate var children: [JSONValue] {
        switch self {
        case .array(let items): items
        case .object(let object): object.members.map(\.value)
        case .null, .bool, .number, .string: []
        }
    }

    /// Wherever in the text they stand: an address has one in its middle.
    private static func ids(in text: String) -> [UUIDv7] {
        let (bytes, length) = (Array(text.utf8), 36)
        return bytes.indices.dropLast(length - 1).compactMap { start in
            // Looked at first: hardly any text has hyphens there.
            guard bytes[start + 8] == UInt8(ascii: "-"), bytes[start + 13] == UInt8(ascii: "-") else { return nil }
            return UUIDv7(String(decoding: bytes[start..<start + length], as: UTF8.self))
        }
    }
}
