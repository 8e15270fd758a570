/// How deeply HTML nests, found by counting tags, before a parser that recurses sees it.
enum HTMLNesting {
    /// Elements that have no end tag, or need none.
    private static let endless: Set<String> = [
        "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr", "p", "li", "dt", "dd", "tr", "td",
        "th", "thead", "tbody", "tfoot", "colgroup", "caption", "option", "optgroup", "rt", "rp", "html", "head", "body",
    ]
    /// Elements whose content is not markup.
    private static let raw: Set<String> = ["script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes"]
    private static let longestName = 16

    /// The most elements that are open at the same place. Elements that are never closed count as open to the end.
    static func depth(of text: String) -> Int {
        var text = text
        return text.withUTF8 { bytes in
            var counter = Counter(bytes: bytes)
            return counter.deepest()
        }
    }

    private struct Counter {
        let bytes: UnsafeBufferPointer<UInt8>
        var position = 0

        mutating func deepest() -> Int {
            var (open, deepest) = (0, 0)
            while let start = bytes[position...].firstIndex(of: UInt8(ascii: "<")) {
                position = start + 1
                if matches("!--") {
                    skip(past: "-->")
                    continue
                }
                let closes = matches("/")
                let name = name()
                guard !name.isEmpty, !endless.contains(name) else { continue }
                if closes {
                    open = max(0, open - 1)
                } else if raw.contains(name) {
                    skip(past: "</\(name)")
                } else {
                    open += 1
                    deepest = max(deepest, open)
                }
            }
            return deepest
        }

        private mutating func matches(_ text: StaticString) -> Bool {
            let count = text.utf8CodeUnitCount
            guard position + count <= bytes.count, (0..<count).allSatisfy({ bytes[position + $0] == text.utf8Start[$0] }) else { return false }
            position += count
            return true
        }

        /// The letters and digits that follow, in lower case; the first is a letter.
        private mutating func name() -> String {
            var name: [UInt8] = []
            while position < bytes.count, name.count < longestName {
                let byte = bytes[position] | 0x20
                guard (97...122).contains(byte) || !name.isEmpty && (48...57).contains(bytes[position]) else { break }
                name.append(byte)
                position += 1
            }
            return String(decoding: name, as: UTF8.self)
        }

        private mutating func skip(past text: String) {
            let wanted = Array(text.utf8)
            while position + wanted.count <= bytes.count {
                if (0..<wanted.count).allSatisfy({ lower(bytes[position + $0]) == wanted[$0] }) {
                    position += wanted.count
                    return
                }
                position += 1
            }
            position = bytes.count
        }

        private func lower(_ byte: UInt8) -> UInt8 { (65...90).contains(byte) ? byte | 0x20 : byte }
    }
}
