/// A path on this server, such as one to go on to after logging in.
enum LocalPath {
    private static let longest = 2_000

    /// Nil for what a browser could take for an address elsewhere.
    static func checked(_ text: String?) -> String? {
        guard let text, text.utf8.count <= longest, text.utf8.allSatisfy({ (0x21...0x7e).contains($0) && $0 != UInt8(ascii: "\\") }) else {
            return nil
        }
        return text.hasPrefix("/") && !text.hasPrefix("//") ? text : nil
    }

    /// For a query's value.
    static func encoded(_ path: String) -> String { encoded(path, keeping: "-._/") }

    /// For one part of a path: a slash in it parts nothing.
    static func part(_ name: String) -> String { encoded(name, keeping: "-._") }

    private static func encoded(_ text: String, keeping kept: String) -> String {
        let digits = Array("0123456789ABCDEF")
        var encoded = ""
        for byte in text.utf8 {
            switch byte {
            case 48...57, 65...90, 97...122: encoded.unicodeScalars.append(Unicode.Scalar(byte))
            case _ where kept.utf8.contains(byte): encoded.unicodeScalars.append(Unicode.Scalar(byte))
            default: encoded += "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
            }
        }
        return encoded
    }
}
