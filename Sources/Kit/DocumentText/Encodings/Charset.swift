#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// An encoding of text, converted by the C library.
struct Charset: Hashable, Sendable {
    /// As iconv spells it.
    let name: String

    static let utf8 = Charset(name: "UTF-8")
    static let windows1252 = Charset(name: "CP1252")

    init(name: String) { self.name = name }

    /// Names that mean more in files than they say: browsers read them so, and writers wrote them so.
    private static let wider: [String: String] = [
        "utf8": "UTF-8", "unicode-1-1-utf-8": "UTF-8", "ascii": "CP1252", "us-ascii": "CP1252", "iso-8859-1": "CP1252", "iso8859-1": "CP1252",
        "latin1": "CP1252", "iso_8859-1": "CP1252", "ansi": "CP1252", "iso-8859-9": "CP1254", "latin5": "CP1254", "shift_jis": "CP932",
        "shift-jis": "CP932", "sjis": "CP932", "x-sjis": "CP932", "windows-31j": "CP932", "ms_kanji": "CP932", "gb2312": "GB18030",
        "gb_2312-80": "GB18030", "gbk": "GB18030", "x-gbk": "GB18030", "euc-kr": "CP949", "ks_c_5601-1987": "CP949", "ksc5601": "CP949",
        "korean": "CP949", "windows-949": "CP949", "big5": "BIG5-HKSCS", "big5-hkscs": "BIG5-HKSCS", "iso-8859-8-i": "ISO-8859-8",
        "logical": "ISO-8859-8", "iso-8859-11": "CP874", "tis-620": "CP874", "windows-874": "CP874", "iso-2022-jp": "ISO-2022-JP-3",
        "macintosh": "MACINTOSH", "x-mac-roman": "MACINTOSH", "mac": "MACINTOSH", "x-mac-cyrillic": "MAC-CYRILLIC", "utf-16": "UTF-16LE",
        "unicode": "UTF-16LE", "koi8": "KOI8-R", "koi": "KOI8-R", "visual": "ISO-8859-8",
    ]

    /// By the label of a file; nil where it is none that is known.
    init?(label: String) {
        let label = label.trimmed().trimmingPrefix { $0 == "\"" || $0 == "'" }.lowercased().prefix { $0 != "\"" && $0 != "'" && !$0.isWhitespace }
        let isName = label.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x7a).contains($0) || [0x2d, 0x5f, 0x2e].contains($0) }
        guard isName, (2...40).contains(label.utf8.count) else { return nil }
        if let wider = Self.wider[String(label)] {
            name = wider
        } else if label.hasPrefix("windows-") || label.hasPrefix("cp-") {
            name = "CP" + label.drop { !$0.isNumber }
        } else {
            name = label.uppercased()
        }
        guard let converter = Converter(self) else { return nil }
        converter.close()
    }

    /// By a Windows code page's number.
    init?(codePage: Int) {
        guard codePage != 65001 else { self = .utf8; return }
        self.init(label: codePage == 10_000 ? "macintosh" : "cp\(codePage)")
    }

    /// Encodings in which other text hides behind bytes of ASCII.
    var isStateful: Bool { name.hasPrefix("ISO-2022") || name == "UTF-7" || name == "HZ" || name == "UTF-16LE" }

    /// - Parameter strictly: nil where bytes are none of this encoding; otherwise such bytes become U+FFFD.
    func decode(_ bytes: some Collection<UInt8>, strictly: Bool) -> String? {
        guard let converter = Converter(self) else { return nil }
        defer { converter.close() }
        return converter.convert(Array(bytes), strictly: strictly)
    }

    /// An open conversion to UTF-8.
    private struct Converter {
        private static let pieceSize = 64 << 10

        let descriptor: iconv_t

        init?(_ charset: Charset) {
            guard let opened = iconv_open("UTF-8", charset.name), opened != iconv_t(bitPattern: -1) else { return nil }
            descriptor = opened
        }

        func close() { _ = iconv_close(descriptor) }

        func convert(_ bytes: [UInt8], strictly: Bool) -> String? {
            var bytes = bytes.map { CChar(bitPattern: $0) }
            var output: [UInt8] = []
            output.reserveCapacity(bytes.count)
            var piece = [CChar](repeating: 0, count: min(Self.pieceSize, 4 * bytes.count + 16))
            let isWhole = bytes.withUnsafeMutableBufferPointer { input in
                var (next, left) = (input.baseAddress, input.count)
                while left > 0 {
                    let (count, status) = step(&next, &left, &piece)
                    output.append(contentsOf: piece[..<count].lazy.map { UInt8(bitPattern: $0) })
                    if status == 0 || status == E2BIG { continue }
                    if strictly { return false }
                    output.append(contentsOf: [0xef, 0xbf, 0xbd])
                    next = next?.advanced(by: 1)
                    left -= 1
                }
                return true
            }
            // Some encodings hold a letter back until they know that no mark follows it.
            var (none, nothing): (UnsafeMutablePointer<CChar>?, Int) = (nil, 0)
            let (count, _) = step(&none, &nothing, &piece)
            output.append(contentsOf: piece[..<count].lazy.map { UInt8(bitPattern: $0) })
            return isWhole ? String(decoding: output, as: UTF8.self) : nil
        }

        /// Converts what fits: bytes written, and an errno or 0.
        private func step(_ next: inout UnsafeMutablePointer<CChar>?, _ left: inout Int, _ piece: inout [CChar]) -> (Int, Int32) {
            piece.withUnsafeMutableBufferPointer { room in
                var (output, free) = (room.baseAddress, room.count)
                let status = iconv(descriptor, &next, &left, &output, &free) == Int(bitPattern: UInt.max) ? errno : 0
                return (room.count - free, status)
            }
        }
    }
}
