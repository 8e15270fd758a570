/// Writes `text/event-stream` bytes. No byte order mark and no block without data: some clients break on them.
public struct EventStreamWriter {
    public private(set) var bytes: [UInt8] = []

    public init(reserving capacity: Int = 256) { bytes.reserveCapacity(capacity) }

    /// One event. Text that spans lines is written as several `data` lines; since the format has no way to say CR, CR and CR LF
    /// arrive as LF. JSON data has neither, so it arrives unchanged.
    /// - Parameters:
    ///   - name: left out of the bytes when nil; must hold no line break.
    ///   - id: left out of the bytes when nil; must hold no line break and no NUL.
    public mutating func event(_ name: String? = nil, id: String? = nil, data: [UInt8]) {
        if let name { field("event: ", Array(name.utf8)[...]) }
        if let id { field("id: ", Array(id.utf8)[...]) }
        var start = 0
        var index = 0
        while index < data.count {
            let byte = data[index]
            index += 1
            guard byte == 0x0a || byte == 0x0d else { continue }
            field("data: ", data[start..<index - 1])
            if byte == 0x0d, index < data.count, data[index] == 0x0a { index += 1 }
            start = index
        }
        field("data: ", data[start...])
        bytes.append(0x0a)
    }

    /// A line that parsers skip: keeps proxies from closing an idle stream. No empty line follows it, since some clients take that for
    /// an event.
    public mutating func comment(_ text: StaticString) {
        bytes.append(UInt8(ascii: ":"))
        bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
        bytes.append(0x0a)
    }

    private mutating func field(_ name: StaticString, _ value: ArraySlice<UInt8>) {
        bytes.append(contentsOf: UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
        bytes.append(contentsOf: value)
        bytes.append(0x0a)
    }
}
