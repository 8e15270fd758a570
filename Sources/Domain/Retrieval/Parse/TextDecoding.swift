/// Text in the encodings that files come in: UTF-8, UTF-16 and UTF-32 by their byte order marks, UTF-16 without one where every other
/// byte is NUL, and windows-1252 for what is not UTF-8.
enum TextDecoding {
    /// The share of control characters above which bytes are not taken for text.
    private static let binaryShare = 0.05

    static func decode(_ bytes: [UInt8]) throws(DocumentError) -> String {
        if bytes.starts(with: [0xef, 0xbb, 0xbf]) { return String(decoding: bytes.dropFirst(3), as: UTF8.self) }
        if bytes.starts(with: [0xff, 0xfe, 0, 0]) { return utf32(bytes.dropFirst(4), bigEndian: false) }
        if bytes.starts(with: [0, 0, 0xfe, 0xff]) { return utf32(bytes.dropFirst(4), bigEndian: true) }
        if bytes.starts(with: [0xff, 0xfe]) { return utf16(bytes.dropFirst(2), bigEndian: false) }
        if bytes.starts(with: [0xfe, 0xff]) { return utf16(bytes.dropFirst(2), bigEndian: true) }
        if let bigEndian = unmarkedUTF16(bytes) { return utf16(bytes[...], bigEndian: bigEndian) }
        if let text = String(validating: bytes, as: UTF8.self) { return text }
        let controls = bytes.count { $0 < 0x20 && $0 != 0x09 && $0 != 0x0a && $0 != 0x0c && $0 != 0x0d }
        guard Double(controls) <= binaryShare * Double(bytes.count) else {
            throw DocumentError(code: "not_text", message: "The file is not text. Upload it under its own type, or save it as text.")
        }
        return windows1252(bytes)
    }

    private static func unmarkedUTF16(_ bytes: [UInt8]) -> Bool? {
        let sample = bytes.prefix(512)
        guard sample.count >= 8, sample.count % 2 == 0 else { return nil }
        let zerosAtEven = stride(from: 0, to: sample.count, by: 2).count { sample[$0] == 0 }
        let zerosAtOdd = stride(from: 1, to: sample.count, by: 2).count { sample[$0] == 0 }
        let half = sample.count / 2
        if zerosAtEven > half * 3 / 4, zerosAtOdd == 0 { return true }
        if zerosAtOdd > half * 3 / 4, zerosAtEven == 0 { return false }
        return nil
    }

    private static func utf16(_ bytes: ArraySlice<UInt8>, bigEndian: Bool) -> String {
        let units = stride(from: bytes.startIndex, to: bytes.endIndex - 1, by: 2).map { index in
            let pair = (UInt16(bytes[index]), UInt16(bytes[index + 1]))
            return bigEndian ? pair.0 << 8 | pair.1 : pair.1 << 8 | pair.0
        }
        return String(decoding: units, as: UTF16.self)
    }

    private static func utf32(_ bytes: ArraySlice<UInt8>, bigEndian: Bool) -> String {
        var text = String.UnicodeScalarView()
        for index in stride(from: bytes.startIndex, to: bytes.endIndex - 3, by: 4) {
            let four = bytes[index..<index + 4].map(UInt32.init)
            let value = (bigEndian ? four : four.reversed()).reduce(0) { $0 << 8 | $1 }
            text.append(Unicode.Scalar(value) ?? "\u{fffd}")
        }
        return String(text)
    }

    /// The 32 characters where windows-1252 differs from Latin-1, from 0x80.
    private static let windows1252Table: [UInt32] = [
        0x20ac, 0x81, 0x201a, 0x192, 0x201e, 0x2026, 0x2020, 0x2021, 0x2c6, 0x2030, 0x160, 0x2039, 0x152, 0x8d, 0x17d, 0x8f,
        0x90, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x2dc, 0x2122, 0x161, 0x203a, 0x153, 0x9d, 0x17e, 0x178,
    ]

    private static func windows1252(_ bytes: [UInt8]) -> String {
        var text = String.UnicodeScalarView()
        for byte in bytes {
            let value = (0x80...0x9f).contains(byte) ? windows1252Table[Int(byte) - 0x80] : UInt32(byte)
            text.append(Unicode.Scalar(value) ?? "\u{fffd}")
        }
        return String(text)
    }
}
