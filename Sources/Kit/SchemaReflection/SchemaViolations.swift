public import JSON

/// Where a value is not what its schema asks for.
public struct SchemaViolation: Sendable, Hashable {
    /// JSON Pointer (RFC 6901) into the value.
    public let pointer: String
    /// "must …" or "is required".
    public let message: String
}

extension TypeSchema {
    /// All places where a value is not as it should be, at most `limit` of them. Members that the schema does not know are passed over.
    public func violations(in value: JSONValue, limit: Int = 100) -> [SchemaViolation] {
        var found: [SchemaViolation] = []
        collect(value, at: "", into: &found, limit: limit)
        return found
    }

    fileprivate func collect(_ value: JSONValue, at pointer: String, into found: inout [SchemaViolation], limit: Int) {
        guard found.count < limit else { return }
        func demand(_ holds: Bool, _ message: @autoclosure () -> String) {
            if !holds { found.append(SchemaViolation(pointer: pointer, message: message())) }
        }
        switch self {
        case .anything: break
        case .nullable(let inner): if !value.isNull { inner.collect(value, at: pointer, into: &found, limit: limit) }
        case .boolean: demand(value.bool != nil, "must be true or false")
        case .integer(let range):
            guard case .number = value, let number = value.int else { return demand(false, "must be a whole number" + (range.map(Self.said) ?? "")) }
            demand(range?.contains(number) ?? true, "must be a whole number" + (range.map(Self.said) ?? ""))
        case .number(let range):
            guard let number = value.double else { return demand(false, "must be a number") }
            demand(range?.contains(number) ?? true, "must be a number" + (range.map { " from \($0.lowerBound) to \($0.upperBound)" } ?? ""))
        case .string(let rule):
            guard let text = value.string else { return demand(false, "must be a string") }
            if let message = rule.violation(text) { demand(false, message) }
        case .oneOf(let values):
            demand(value.string.map(values.contains) ?? false, "must be \(Self.listed(values))")
        case .only(let only): demand(value == only, "must be \(String(decoding: only.bytes, as: UTF8.self))")
        case .array(let item, let count):
            guard let items = value.array else { return demand(false, "must be an array") }
            demand(count?.contains(items.count) ?? true, "must have \(count.map(Self.counted) ?? "") items")
            for (index, element) in items.enumerated() { item.collect(element, at: "\(pointer)/\(index)", into: &found, limit: limit) }
        case .map(let inner, let most):
            guard let object = value.object else { return demand(false, "must be an object") }
            demand(object.members.count <= most ?? .max, "must have at most \(most ?? 0) members")
            for member in object.members {
                inner.collect(member.value, at: pointer + Self.step(member.name), into: &found, limit: limit)
            }
        case .object(let object):
            guard let members = value.object else { return demand(false, "must be an object") }
            object.collect(members, at: pointer, into: &found, limit: limit)
        case .either(let choices):
            guard !choices.contains(where: { $0.violations(in: value, limit: 1).isEmpty }) else { return }
            choices.last?.collect(value, at: pointer, into: &found, limit: limit)
        }
    }

    private static func said(_ range: ClosedRange<Int>) -> String { " from \(range.lowerBound) to \(range.upperBound)" }

    fileprivate static func counted(_ range: ClosedRange<Int>) -> String {
        switch (range.lowerBound, range.upperBound) {
        case (let low, .max): "at least \(low)"
        case (0, let high): "at most \(high)"
        case (let low, let high): "\(low) to \(high)"
        }
    }

    private static func listed(_ values: [String]) -> String {
        guard let last = values.last, values.count > 1 else { return values.first ?? "" }
        return values.dropLast().joined(separator: ", ") + " or \(last)"
    }

    fileprivate static func step(_ name: String) -> String {
        "/" + name.unicodeScalars.map { $0 == "~" ? "~0" : $0 == "/" ? "~1" : String($0) }.joined()
    }
}

extension StringRule {
    /// What is wrong with a text; nil where nothing is.
    public func violation(_ text: String) -> String? {
        if let length, !length.contains(text.unicodeScalars.count) {
            return length.lowerBound == 1 && text.isEmpty ? "must not be empty" : "must have \(TypeSchema.counted(length)) characters"
        }
        if let form, !form.holds(text) { return form.message }
        return nil
    }
}

extension ObjectSchema {
    fileprivate func collect(_ value: JSONObject, at pointer: String, into found: inout [SchemaViolation], limit: Int) {
        for member in members {
            guard let present = value[member.name] else {
                if member.isRequired { found.append(SchemaViolation(pointer: pointer + TypeSchema.step(member.name), message: "is required")) }
                continue
            }
            member.schema.collect(present, at: pointer + TypeSchema.step(member.name), into: &found, limit: limit)
        }
        if !requiresOneOf.isEmpty, !requiresOneOf.contains(where: { value[$0].map { !$0.isNull } ?? false }) {
            found.append(SchemaViolation(pointer: pointer + TypeSchema.step(requiresOneOf[0]), message: "is required"))
        }
    }
}
