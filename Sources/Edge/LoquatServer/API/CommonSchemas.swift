import Access
public import SchemaReflection
public import TimeOrdered

extension TypeSchema {
    static let uuid = TypeSchema.string(StringRule(format: "uuid", form: .uuid))
    static let date = TypeSchema.string(StringRule(format: "date", form: .date))
    static let time = TypeSchema.string(StringRule(format: "date-time"))

    /// The schema of a type of ours; one that cannot say it is a mistake that the first start finds.
    static func declared<T: Decodable>(_ type: T.Type) -> TypeSchema {
        do { return try TypeSchema(of: type) } catch { preconditionFailure("\(type) cannot say its schema: \(error)") }
    }
}

extension UUIDv7: SchemaValue {
    public static var schema: TypeSchema { .uuid }
    public static var placeholder: UUIDv7 { UUIDv7(high: 0, low: 0) }
}

extension Timestamp: SchemaValue {
    public static var schema: TypeSchema { .time }
    public static var placeholder: Timestamp { Timestamp(milliseconds: 0) }
}

extension CalendarDate: SchemaValue {
    public static var schema: TypeSchema { .date }
    public static var placeholder: CalendarDate { CalendarDate(days: 0) }
}

extension TextForm {
    static let date = TextForm(pattern: "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$", message: "must be a date like 2026-11-21") { text in
        CalendarDate(text) != nil
    }

    /// Where most lists go on.
    static let number = TextForm(pattern: "^[0-9]{1,15}$", message: "is not one that a list gave") { text in
        (1...15).contains(text.utf8.count) && text.utf8.allSatisfy { (48...57).contains($0) }
    }

    static let uuid = TextForm(pattern: "^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$", message: "must be a UUID") { UUIDv7($0) != nil }

    /// Where the list of sessions goes on: a time and an id.
    static let timeAndID = TextForm(
        pattern: "^[0-9]{1,15}\\.[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$", message: "is not one that a list gave"
    ) { text in
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 2 && TextForm.number.holds(String(parts[0])) && UUIDv7(String(parts[1])) != nil
    }

    /// More than white space.
    static let notBlank = TextForm(pattern: "[^\\s\\x1c-\\x1f\\x85]", message: "must not be empty") { text in
        text.unicodeScalars.contains { !$0.properties.isWhitespace && !("\u{1c}"..."\u{1f}").contains($0) }
    }

    /// What a person or a thing may be called.
    static let name = TextForm(pattern: "^\(namePattern)$", message: DisplayName.message) { DisplayName.isPossible($0) }

    /// The same, or nothing.
    static let nameOrNone = TextForm(pattern: "^(\(namePattern))?$", message: DisplayName.message) { $0.isEmpty || DisplayName.isPossible($0) }

    private static let namePattern: String = {
        let (forbidden, invisible) = (ranges(DisplayName.forbidden), ranges(DisplayName.invisible))
        return "[^\(forbidden)]*[^\(forbidden)\(invisible)][^\(forbidden)]*"
    }()

    /// As they stand within the brackets of a pattern.
    private static func ranges(_ ranges: [ClosedRange<UInt32>]) -> String {
        func escaped(_ scalar: UInt32) -> String {
            let digits = String(scalar, radix: 16)
            return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }
        return ranges.map { $0.count == 1 ? escaped($0.lowerBound) : "\(escaped($0.lowerBound))-\(escaped($0.upperBound))" }.joined()
    }
}
