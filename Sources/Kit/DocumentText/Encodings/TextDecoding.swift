/// Text in the encodings that files come in: by a byte order mark, else by what was declared, else by what the bytes look like.
enum TextDecoding {
    /// The share of control characters above which bytes are not taken for text.
    private static let binaryShare = 0.05

    /// - Parameter declared: the name of an encoding, as HTML, XML and mail spell it; not believed where the bytes say otherwise.
    static func decode(_ bytes: [UInt8], declared: String? = nil) throws(DocumentError) -> String {
        if bytes.starts(with: [0xef, 0xbb, 0xbf]) { return String(decoding: bytes.dropFirst(3), as: UTF8.self) }
        if bytes.starts(with: [0xff, 0xfe, 0, 0]) { return utf32(bytes.dropFirst(4), bigEndian: false) }
        if bytes.starts(with: [0, 0, 0xfe, 0xff]) { return utf32(bytes.dropFirst(4), bigEndian: true) }
        if bytes.starts(with: [0xff, 0xfe]) { return utf16(bytes.dropFirst(2), bigEndian: false) }
        if bytes.starts(with: [0xfe, 0xff]) { return utf16(bytes.dropFirst(2), bigEndian: true) }
        if let text = unmarked(bytes) { return text }
        let charset = declared.flatMap { Charset(label: $0) }
        if let charset, charset.isStateful, let text = charset.decode(bytes, strictly: true) { return text }
        if let text = String(validating: bytes, as: UTF8.self) { return try escaped(bytes) ?? text }
        if let charset, charset != .utf8, let text = charset.decode(bytes, strictly: true) { return text }
        let controls = bytes.count { $0 < 0x20 && $0 != 0x09 && $0 != 0x0a && $0 != 0x0c && $0 != 0x0d && $0 != 0x1b }
        guard Double(controls) <= binaryShare * Double(bytes.count) else { throw .notText }
        let guess = CharsetGuess.best(for: bytes)
        // A few bad bytes in what is UTF-8 otherwise do not make it anything else.
        return guess == .utf8
            ? String(decoding: bytes, as: UTF8.self) : guess.decode(bytes, strictly: false) ?? String(decoding: bytes, as: UTF8.self)
    }

    /// Japanese mail's encoding has bytes of ASCII alone, and shifts by escape sequences.
    private static func escaped(_ bytes: [UInt8]) throws(DocumentError) -> String? {
        guard let escape = bytes.firstIndex(of: 0x1b), bytes[escape...].starts(with: [0x1b, 0x24]) else { return nil }
        return Charset(label: "iso-2022-jp")?.decode(bytes, strictly: true)
    }

    /// UTF-16 and UTF-32 without a mark, told by where NUL bytes stand.
    private static func unmarked(_ bytes: [UInt8]) -> String? {
        let sample = bytes.prefix(512)
        guard sample.count >= 8, bytes.count % 2 == 0 else { return nil }
        let zeros = (0..<4).map { place in stride(from: place, to: sample.count, by: 4).count { sample[$0] == 0 } }
        let quarter = sample.count / 4
        if bytes.count % 4 == 0, zeros[0] == quarter, zeros[1] == quarter, zeros[3] == 0 { return utf32(bytes[...], bigEndian: true) }
        if bytes.count % 4 == 0, zeros[3] == quarter, zeros[2] == quarter, zeros[0] == 0 { return utf32(bytes[...], bigEndian: false) }
        let (even, odd) = (zeros[0] + zeros[2], zeros[1] + zeros[3])
        let half = sample.count / 2
        if even > half * 3 / 4, odd == 0 { return utf16(bytes[...], bigEndian: true) }
        if odd > half * 3 / 4, even == 0 { return utf16(bytes[...], bigEndian: false) }
        return nil
    }

    private static func utf16(_ bytes: ArraySlice<UInt8>, bigEndian: Bool) -> String {
        guard bytes.count > 1 else { return "" }
        let units = stride(from: bytes.startIndex, to: bytes.endIndex - 1, by: 2).map { index in
            let pair = (UInt16(bytes[index]), UInt16(bytes[index + 1]))
            return bigEndian ? pair.0 << 8 | pair.1 : pair.1 << 8 | pair.0
        }
        return String(decoding: units, as: UTF16.self)
    }

    private static func utf32(_ bytes: ArraySlice<UInt8>, bigEndian: Bool) -> String {
        guard bytes.count > 3 else { return "" }
        var text = String.UnicodeScalarView()
        for index in stride(from: bytes.startIndex, to: bytes.endIndex - 3, by: 4) {
            let four = bytes[index..<index + 4].map(UInt32.init)
            let value = (bigEndian ? four : four.reversed()).reduce(0) { $0 << 8 | $1 }
            text.append(Unicode.Scalar(value) ?? "\u{fffd}")
        }
        return String(text)
    }
}
