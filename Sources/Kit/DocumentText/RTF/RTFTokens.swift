/// One piece of RTF.
enum RTFToken: Equatable {
    case open, close
    /// `\name` or `\name12`.
    case word(String, Int?)
    /// `\*`, `\~`: a backslash and one character that is no letter.
    case symbol(UInt8)
    /// `\'e9`, or a byte as it stands.
    case byte(UInt8)
}

/// Cuts RTF into its pieces.
struct RTFTokens: Sequence, IteratorProtocol {
    private static let longestWord = 32

    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func next() -> RTFToken? {
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            switch byte {
            case 0x7b: return .open
            case 0x7d: return .close
            case 0x0a, 0x0d, 0x00: continue
            case 0x5c: return control()
            default: return .byte(byte)
            }
        }
        return nil
    }

    private mutating func control() -> RTFToken? {
        guard position < bytes.count else { return nil }
        let first = bytes[position]
        if first == 0x27 {
            let digits = String(decoding: bytes[Swift.min(position + 1, bytes.count)..<Swift.min(position + 3, bytes.count)], as: UTF8.self)
            position = Swift.min(position + 3, bytes.count)
            return .byte(UInt8(digits, radix: 16) ?? 0x3f)
        }
        guard isLetter(first) else {
            position += 1
            // A line's end behind a backslash is a paragraph's.
            return first == 0x0a || first == 0x0d ? .word("par", nil) : .symbol(first)
        }
        let start = position
        while position < bytes.count, position - start < Self.longestWord, isLetter(bytes[position]) { position += 1 }
        let name = String(decoding: bytes[start..<position], as: UTF8.self)
        let numberStart = position
        if position < bytes.count, bytes[position] == 0x2d { position += 1 }
        while position < bytes.count, position - numberStart < 11, (0x30...0x39).contains(bytes[position]) { position += 1 }
        let number = Int(String(decoding: bytes[numberStart..<position], as: UTF8.self))
        if number == nil { position = numberStart }
        if position < bytes.count, bytes[position] == 0x20 { position += 1 }
        // Pictures may stand as bare bytes.
        if name == "bin", let number { position = Swift.min(bytes.count, position + Swift.max(0, number)) }
        return .word(name, number)
    }

    private func isLetter(_ byte: UInt8) -> Bool { (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte) }
}
