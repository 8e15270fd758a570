package import TimeOrdered

/// Where a row stands in a list of usage: the newest day first, then by user, then by the bytes of the model's name. As a cursor it is
/// `DAYS.USER.MODEL`, the model in hexadecimal, so that a list goes on where it was whatever is added meanwhile.
package struct UsagePlace: Sendable, Hashable, Comparable {
    /// Days since 1970-01-01.
    package let day: Int64
    package let user: UUIDv7
    /// Empty for a model that is not known.
    package let model: [UInt8]

    package init(_ row: UsageRow) {
        day = row.date.days
        user = row.userID
        model = Array((row.model ?? "").utf8)
    }

    /// - Throws: `InvalidCursor` for what no list gave.
    package init(cursor: String) throws(InvalidCursor) {
        let parts = cursor.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let day = Int64(parts[0]), let user = UUIDv7(String(parts[1])), let model = Self.bytes(parts[2]) else {
            throw InvalidCursor()
        }
        (self.day, self.user, self.model) = (day, user, model)
    }

    package var cursor: String { "\(day).\(user).\(model.flatMap { [Self.digits[Int($0 >> 4)], Self.digits[Int($0 & 15)]] }.joined())" }

    package static func < (left: UsagePlace, right: UsagePlace) -> Bool {
        if left.day != right.day { return left.day > right.day }
        if left.user != right.user { return left.user < right.user }
        return left.model.lexicographicallyPrecedes(right.model)
    }

    private static let digits = "0123456789abcdef".map { String($0) }

    private static func bytes(_ text: Substring) -> [UInt8]? {
        let digits = text.compactMap(\.hexDigitValue)
        guard digits.count == text.count, digits.count.isMultiple(of: 2) else { return nil }
        return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }
}
