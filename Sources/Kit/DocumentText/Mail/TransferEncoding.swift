/// The ways in which mail carries bytes as ASCII (RFC 2045).
enum TransferEncoding {
    private static let values: [UInt8: UInt32] = Dictionary(
        uniqueKeysWithValues: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8.enumerated().map { ($1, UInt32($0)) })

    /// What is none of its characters is passed over.
    static func base64(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        var output: [UInt8] = []
        var (bits, count): (UInt32, UInt32) = (0, 0)
        for byte in bytes {
            guard let value = values[byte] else { continue }
            bits = bits << 6 | value
            count += 6
            if count >= 8 {
                count -= 8
                output.append(UInt8(truncatingIfNeeded: bits >> count))
            }
        }
        return output
    }

    /// - Parameter isWord: of a header field, where an underscore is a space.
    static func quotedPrintable(_ bytes: some Collection<UInt8>, isWord: Bool = false) -> [UInt8] {
        var output: [UInt8] = []
        let bytes = Array(bytes)
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            if byte == 0x3d, index + 1 < bytes.count {
                if index + 2 < bytes.count, let high = digit(bytes[index + 1]), let low = digit(bytes[index + 2]) {
                    output.append(high << 4 | low)
                    index += 3
                    continue
                }
                // An equals sign at a line's end joins it to the next.
                let end = bytes[(index + 1)...].firstIndex { $0 != 0x20 && $0 != 0x09 && $0 != 0x0d } ?? bytes.count
                if end < bytes.count, bytes[end] == 0x0a {
                    index = end + 1
                    continue
                }
            }
            output.append(isWord && byte == 0x5f ? 0x20 : byte)
            index += 1
        }
        return output
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x37
        case 0x61...0x66: byte - 0x57
        default: nil
        }
    }
}

/// Text of header fields beyond ASCII.
enum EncodedWords {
    /// `=?charset?q?…?=` and `=?charset?b?…?=` (RFC 2047); words that follow each other are one text.
    static func decode(_ bytes: [UInt8]) -> String {
        // reason: header fields are short, and what is no text is shown as it is
        let text = (try? TextDecoding.decode(bytes)) ?? String(decoding: bytes, as: UTF8.self)
        guard text.contains("=?") else { return text }
        var output = ""
        var rest = text[...]
        var pending: (charset: String, bytes: [UInt8])?
        func flushed() -> String {
            guard let word = pending else { return "" }
            return (try? TextDecoding.decode(word.bytes, declared: word.charset)) ?? ""  // reason: bytes that are no text say nothing
        }
        while let start = rest.firstRange(of: "=?") {
            let between = rest[..<start.lowerBound]
            guard let (charset, word, end) = word(rest[start.upperBound...]) else {
                output += flushed() + rest[..<start.upperBound]
                pending = nil
                rest = rest[start.upperBound...]
                continue
            }
            if let open = pending, between.allSatisfy(\.isWhitespace), open.charset == charset {
                pending = (charset, open.bytes + word)
            } else {
                output += flushed() + (pending != nil && between.allSatisfy(\.isWhitespace) ? "" : String(between))
                pending = (charset, word)
            }
            rest = rest[end...]
        }
        return output + flushed() + rest
    }

    private static func word(_ text: Substring) -> (String, [UInt8], String.Index)? {
        let parts = text.split(separator: "?", maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count == 4, parts[3].hasPrefix("="), let charset = parts[0].split(separator: "*").first else { return nil }
        let bytes: [UInt8]
        switch parts[1].lowercased() {
        case "b": bytes = TransferEncoding.base64(parts[2].utf8)
        case "q": bytes = TransferEncoding.quotedPrintable(parts[2].utf8, isWord: true)
        default: return nil
        }
        return (charset.lowercased(), bytes, text.index(after: parts[3].startIndex))
    }

    /// `charset'language'percent-encoded` (RFC 2231).
    static func extended(_ text: String) -> String {
        let parts = text.split(separator: "'", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3 else { return text.removingPercentEscapes() }
        let bytes = TransferEncoding.quotedPrintable(parts[2].utf8.map { $0 == 0x25 ? 0x3d : $0 })
        // reason: a name that cannot be decoded is shown as it is
        return (try? TextDecoding.decode(bytes, declared: String(parts[0]))) ?? text
    }
}
