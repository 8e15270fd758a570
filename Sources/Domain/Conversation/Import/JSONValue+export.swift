import JSON
import TimeOrdered

/// Exports are read as they come: a value of another type than expected is as good as none.
extension JSONValue {
    /// A finite number, also one that is written as text.
    var looseNumber: Double? {
        let number: Double? =
            switch self {
            case .number(let number): number.double
            case .string(let text): Double(text)
            default: nil
            }
        return number.flatMap { $0.isFinite ? $0 : nil }
    }

    /// A moment since 1970 in seconds, milliseconds, microseconds or nanoseconds: whichever puts it between 1973 and 5138. Nil for 0, which
    /// stands for none.
    var looseTime: Timestamp? {
        guard let number = looseNumber, number > 0 else { return nil }
        let milliseconds =
            switch number {
            case ..<1e11: number * 1e3
            case ..<1e14: number
            case ..<1e17: number / 1e3
            default: number / 1e6
            }
        guard milliseconds < 1e14 else { return nil }
        return Timestamp(milliseconds: Int64(milliseconds.rounded()))
    }

    /// A name or an id: text that is not empty, and not longer than its limit.
    func shortText(limit: Int = 200) -> String? {
        guard let text = string, !text.isEmpty, text.utf8.count <= limit else { return nil }
        return text
    }

    /// The names in a list, as many as are kept.
    static func names(_ values: [JSONValue], limit: Int = 50) -> JSONValue? {
        let names = values.lazy.compactMap { $0.shortText() }.prefix(limit).map { JSONValue.string($0) }
        return names.isEmpty ? nil : .array(Array(names))
    }
}

extension String {
    /// Whether there is more than white space in it.
    var saysSomething: Bool { !unicodeScalars.allSatisfy(\.properties.isWhitespace) }
}
