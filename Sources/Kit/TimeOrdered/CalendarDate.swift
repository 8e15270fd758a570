/// A day in UTC, written as RFC 3339's `full-date`: `2026-11-21`.
public struct CalendarDate: Hashable, Sendable, Comparable {
    /// Since 1970-01-01.
    public let days: Int64

    private static let length: Int64 = 86_400_000

    public init(days: Int64) { self.days = days }

    /// The day of a moment.
    public init(_ time: Timestamp) { days = time.milliseconds.floorDivided(by: Self.length) }

    /// Its first moment.
    public var start: Timestamp { Timestamp(milliseconds: days * Self.length) }

    public func advanced(by days: Int64) -> CalendarDate { CalendarDate(days: self.days + days) }

    public static func < (left: CalendarDate, right: CalendarDate) -> Bool { left.days < right.days }
}

extension CalendarDate: LosslessStringConvertible {
    public var description: String { String(start.description.prefix { $0 != "T" }) }

    /// Reads exactly the form that `description` writes, of the years 0 to 9999.
    public init?(_ description: String) {
        guard let start = Timestamp(description + "T00:00:00.000Z") else { return nil }
        self.init(start)
    }
}

extension CalendarDate: Codable {
    public init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let value = CalendarDate(text) else {
            throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: "must be a date like 2026-11-21"))
        }
        self = value
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
