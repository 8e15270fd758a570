/// Numbers on their way into a block; small ones take few bytes (LEB128).
struct ByteWriter {
    private(set) var bytes: [UInt8] = []

    mutating func varint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    mutating func fixed(_ value: some FixedWidthInteger) { Swift.withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) } }

    mutating func append(_ more: some Sequence<UInt8>) { bytes.append(contentsOf: more) }

    mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }
}

/// Reads them again. It never reads past the end: what is missing is 0, and `isOverrun` says so.
struct ByteReader {
    private var at: UnsafePointer<UInt8>
    private let end: UnsafePointer<UInt8>
    private(set) var isOverrun = false

    /// - Parameter bytes: not empty ones without a place in memory.
    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        at = bytes.baseAddress!
        end = at + bytes.count
    }

    var rest: Int { end - at }

    @inline(__always)
    mutating func varint() -> UInt64 {
        guard at < end else { return overrun(0) }
        let first = at.pointee
        at += 1
        return first < 0x80 ? UInt64(first) : longVarint(first)
    }

    private mutating func longVarint(_ first: UInt8) -> UInt64 {
        var value = UInt64(first & 0x7f)
        var shift: UInt64 = 7
        while shift < 64 {
            guard at < end else { return overrun(0) }
            let next = at.pointee
            at += 1
            value |= UInt64(next & 0x7f) << shift
            if next < 0x80 { return value }
            shift += 7
        }
        return overrun(0)
    }

    mutating func fixed<Value: FixedWidthInteger>(_: Value.Type) -> Value {
        guard rest >= MemoryLayout<Value>.size else { return overrun(0) }
        let value = UnsafeRawPointer(at).loadUnaligned(as: Value.self)
        at += MemoryLayout<Value>.size
        return Value(littleEndian: value)
    }

    /// So many of the bytes that follow; none where they are not there.
    mutating func take(_ count: Int) -> UnsafeBufferPointer<UInt8> {
        guard count >= 0, count <= rest else {
            isOverrun = true
            at = end
            return UnsafeBufferPointer(start: at, count: 0)
        }
        defer { at += count }
        return UnsafeBufferPointer(start: at, count: count)
    }

    private mutating func overrun<Value>(_ value: Value) -> Value {
        isOverrun = true
        at = end
        return value
    }
}
