import JSON

/// JSON as text: each value with the names that lead to it, a record for each object of a list.
enum JSONTextParser {
    /// Characters of the names that lead to a value; they stand before each.
    private static let pathLimit = 200
    /// Names of members whose text names the whole document.
    private static let titleNames = ["title", "name"]

    static func parse(_ bytes: [UInt8]) throws(DocumentError) -> ParsedDocument {
        let value: JSONValue
        let text = try TextDecoding.decode(bytes)
        do throws(JSONSyntaxError) { value = try JSONParser.parse(text.utf8) } catch {
            throw DocumentError(code: "invalid_json", message: "The file is \(error).")
        }
        var builder = DocumentBuilder()
        let title = titleNames.lazy.compactMap { value[$0]?.string }.first
        if case .array(let items) = value {
            for item in items { builder.add(.record, lines(item, path: "").joined(separator: "; ")) }
        } else {
            for line in lines(value, path: "") { builder.add(.record, line) }
        }
        return try builder.document(title: title)
    }

    private static func lines(_ value: JSONValue, path: String) -> [String] {
        switch value {
        case .object(let object):
            return object.members.flatMap { lines($0.value, path: String((path.isEmpty ? $0.name : "\(path).\($0.name)").prefix(pathLimit))) }
        case .array(let items):
            let scalars = items.compactMap(scalar)
            if scalars.count == items.count { return items.isEmpty ? [] : [labelled(scalars.joined(separator: ", "), path)] }
            return items.flatMap { item -> [String] in
                let fields = lines(item, path: path)
                return isRecord(item) ? [fields.joined(separator: "; ")] : fields
            }
        default:
            return scalar(value).map { [labelled($0, path)] } ?? []
        }
    }

    /// An object whose values are no lists of objects: what it says of one thing stays in one line.
    private static func isRecord(_ value: JSONValue) -> Bool {
        guard case .object(let object) = value else { return false }
        return object.members.allSatisfy { member in
            switch member.value {
            case .array(let items): items.allSatisfy { scalar($0) != nil || $0.isNull }
            case .object: isRecord(member.value)
            default: true
            }
        }
    }

    private static func scalar(_ value: JSONValue) -> String? {
        switch value {
        case .string(let text): text
        case .number(let number): number.text
        case .bool(let flag): flag ? "true" : "false"
        case .null, .array, .object: nil
        }
    }

    private static func labelled(_ text: String, _ path: String) -> String { path.isEmpty ? text : "\(path): \(text)" }
}
