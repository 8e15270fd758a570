import JSON
import SchemaReflection

extension TypeSchema {
    /// What is to be told of a value that is none of several choices: all of them, or what is wrong with the one that is meant. A violation
    /// alone tells of the last. Nil where the pointer leads to no choice.
    func choice(at pointer: String, in value: JSONValue) -> String? {
        let path = pointer.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map {
            String($0.replacing("~1", with: "/").replacing("~0", with: "~"))
        }
        return choice(value, path[...])
    }

    private func choice(_ value: JSONValue, _ path: ArraySlice<String>) -> String? {
        switch self {
        case .nullable(let inner):
            if path.isEmpty, case .either = inner, !inner.isMeant(by: value) { return "must be \(Self.listed(nouns))" }
            return inner.choice(value, path)
        case .either(let choices):
            guard let meant = choices.first(where: { $0.isMeant(by: value) }) else {
                return path.isEmpty ? "must be \(Self.listed(nouns))" : nil
            }
            return meant.choice(value, path) ?? (path.isEmpty ? meant.violations(in: value, limit: 1).first?.message : nil)
        case .array(let item, _):
            guard let step = path.first.flatMap({ Int($0) }), let items = value.array, items.indices.contains(step) else { return nil }
            return item.choice(items[step], path.dropFirst())
        case .map(let inner, _):
            guard let step = path.first, let member = value.object?[step] else { return nil }
            return inner.choice(member, path.dropFirst())
        case .object(let object):
            guard let step = path.first, let member = value.object?[step] else { return nil }
            return object.members.first { $0.name == step }?.schema.choice(member, path.dropFirst())
        default: return nil
        }
    }

    /// Whether the value is at least of the right kind.
    private func isMeant(by value: JSONValue) -> Bool {
        switch self {
        case .anything: true
        case .nullable(let inner): value.isNull || inner.isMeant(by: value)
        case .boolean: value.bool != nil
        case .integer, .number: value.double != nil
        case .string, .oneOf: value.string != nil
        case .only(let only): value == only
        case .array: value.array != nil
        case .map, .object: value.object != nil
        case .either(let choices): choices.contains { $0.isMeant(by: value) }
        }
    }

    private var nouns: [String] {
        switch self {
        case .anything: ["anything"]
        case .nullable(let inner): inner.nouns + ["null"]
        case .boolean: ["true", "false"]
        case .integer: ["a whole number"]
        case .number: ["a number"]
        case .string, .oneOf: ["a string"]
        case .only(let only): [only.text]
        case .array(.string, _): ["an array of strings"]
        case .array: ["an array of such"]
        case .map, .object: ["an object"]
        case .either(let choices): choices.flatMap(\.nouns)
        }
    }

    private static func listed(_ nouns: [String]) -> String {
        guard let last = nouns.last, nouns.count > 1 else { return nouns.first ?? "" }
        return nouns.dropLast().joined(separator: ", ") + " or \(last)"
    }
}
