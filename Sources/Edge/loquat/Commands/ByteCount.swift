/// A size for people: `13.4 MB`.
struct ByteCount: CustomStringConvertible {
    private static let units = ["kB", "MB", "GB", "TB", "PB"]

    let bytes: Int

    init(_ bytes: Int) { self.bytes = bytes }

    var description: String {
        guard bytes >= 1_000 else { return "\(bytes) bytes" }
        var (value, unit) = (Double(bytes) / 1_000, 0)
        while value >= 1_000, unit + 1 < Self.units.count {
            value /= 1_000
            unit += 1
        }
        let tenths = Int((value * 10).rounded())
        return "\(tenths / 10).\(tenths % 10) \(Self.units[unit])"
    }
}
