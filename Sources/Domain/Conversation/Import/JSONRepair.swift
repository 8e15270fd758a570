/// Makes JSON of what programs write that check too little: halves of surrogate pairs, bytes that are not UTF-8, raw control characters,
/// escapes that there are not, and Python's `NaN`. What is not readable becomes U+FFFD; the rest stays as it is.
enum JSONRepair {
    private static let replacement = Array("\\ufffd".utf8)

    static func repaired(_ damaged: ArraySlice<UInt8>) -> [UInt8] {
        let bytes = Array(String(decoding: damaged, as: UTF8.self).utf8)
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var isInString = false
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            if byte == UInt8(ascii: "\"") {
                isInString.toggle()
                result.append(byte)
                index += 1
            } else if !isInString {
                index += outside(bytes[index...], into: &result)
            } else if byte == UInt8(ascii: "\\") {
                index += escape(bytes[index...], into: &result)
            } else {
                control(byte, into: &result)
                index += 1
            }
        }
        return result
    }

    /// - Returns: how many bytes were read.
    private static func outside(_ rest: ArraySlice<UInt8>, into result: inout [UInt8]) -> Int {
        for word in ["NaN", "Infinity", "-Infinity"] where rest.starts(with: word.utf8) {
            result.append(contentsOf: "null".utf8)
            return word.utf8.count
        }
        result.append(rest[rest.startIndex])
        return 1
    }

    private static func control(_ byte: UInt8, into result: inout [UInt8]) {
        switch byte {
        case 0x0a: result.append(contentsOf: "\\n".utf8)
        case 0x09: result.append(contentsOf: "\\t".utf8)
        case 0..<0x20: result.append(0x20)
        default: result.append(byte)
        }
    }

    /// - Returns: how many bytes were read.
    private static func escape(_ rest: ArraySlice<UInt8>, into result: inout [UInt8]) -> Int {
        let start = rest.startIndex
        guard rest.count > 1 else {
            result.append(contentsOf: "\\\\".utf8)
            return 1
        }
        let letter = rest[start + 1]
        guard letter == UInt8(ascii: "u") else {
            let isKnown = "\"\\/bfnrt".utf8.contains(letter)
            if isKnown { result.append(contentsOf: rest.prefix(2)) } else { result.append(contentsOf: "\\\\".utf8) }
            return isKnown ? 2 : 1
        }
        guard let first = unit(rest) else {
            result.append(contentsOf: replacement)
            return 2
        }
        if (0xd800...0xdbff).contains(first), let second = unit(rest.dropFirst(6)), (0xdc00...0xdfff).contains(second) {
            result.append(contentsOf: rest.prefix(12))
            return 12
        }
        result.append(contentsOf: (0xd800...0xdfff).contains(first) ? replacement : Array(rest.prefix(6)))
        return 6
    }

    /// The number of the `\u0000` that the bytes begin with.
    private static func unit(_ bytes: ArraySlice<UInt8>) -> UInt32? {
        guard bytes.count >= 6, bytes.starts(with: "\\u".utf8) else { return nil }
        var unit: UInt32 = 0
        for byte in bytes.dropFirst(2).prefix(4) {
            switch byte {
            case 48...57: unit = unit << 4 | UInt32(byte - 48)
            case 65...70: unit = unit << 4 | UInt32(byte - 55)
            case 97...102: unit = unit << 4 | UInt32(byte - 87)
            default: return nil
            }
        }
        return unit
    }
}
