/// Text as HTML shows it, in an element or between quotes in an attribute.
///
/// It works on bytes: a `<` or `"` with a combining mark behind it is one character to Swift, and still a bracket or a quote to a browser.
public enum HTMLEscaping {
    public static func escaped(_ text: String) -> String {
        var text = text
        var output: [UInt8] = []
        text.withUTF8 { append($0, to: &output) }
        return String(decoding: output, as: UTF8.self)
    }

    /// Characters that rule the direction of what stands around them are left out; control characters become U+FFFD.
    public static func append(_ text: some RandomAccessCollection<UInt8>, to output: inout [UInt8]) {
        output.reserveCapacity(output.count + text.count)
        var index = text.startIndex
        while index < text.endIndex {
            let byte = text[index]
            switch byte {
            case UInt8(ascii: "&"): output += "&amp;".utf8
            case UInt8(ascii: "<"): output += "&lt;".utf8
            case UInt8(ascii: ">"): output += "&gt;".utf8
            case UInt8(ascii: "\""): output += "&quot;".utf8
            case UInt8(ascii: "'"): output += "&#39;".utf8
            case UInt8(ascii: "\t"), UInt8(ascii: "\n"), UInt8(ascii: "\r"): output.append(byte)
            case 0..<0x20, 0x7f: output += "\u{fffd}".utf8
            case 0xe2 where rulesDirection(text[index...].prefix(3)): index = text.index(index, offsetBy: 2)
            default: output.append(byte)
            }
            index = text.index(after: index)
        }
    }

    /// U+202A–202E and U+2066–2069.
    private static func rulesDirection(_ bytes: some RandomAccessCollection<UInt8>) -> Bool {
        let bytes = Array(bytes)
        guard bytes.count == 3 else { return false }
        return bytes[1] == 0x80 && (0xaa...0xae).contains(bytes[2]) || bytes[1] == 0x81 && (0xa6...0xa9).contains(bytes[2])
    }

    /// Whether a character would be changed here beyond escaping.
    static func isHarmful(_ scalar: UInt32) -> Bool {
        switch scalar {
        case 0x09, 0x0a, 0x0d: false
        case 0..<0x20, 0x7f...0x9f, 0x202a...0x202e, 0x2066...0x2069: true
        default: false
        }
    }
}
