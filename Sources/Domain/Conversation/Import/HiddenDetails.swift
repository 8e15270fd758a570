/// The blocks in which Open WebUI keeps what a model thought and which tools it called, inside the text of its answer:
/// `<details type="reasoning" done="true">…</details>`.
enum HiddenDetails {
    private static let openings = ["<details type=\"reasoning\"", "<details type=\"tool_calls\""]
    private static let closing = "</details>"

    static func removed(from text: String) -> String {
        guard text.utf8.contains(UInt8(ascii: "<")) else { return text }
        var kept: [UInt8] = []
        var rest = Array(text.utf8)[...]
        var isClosed = true
        while let start = rest.firstIndex(of: UInt8(ascii: "<")) {
            kept.append(contentsOf: rest[..<start])
            rest = rest[start...]
            // Where one is not closed, none behind it is.
            let isOpening = isClosed && openings.contains { rest.starts(with: $0.utf8) }
            if isOpening, let end = endOfBlock(rest) {
                rest = rest[end...].drop { $0 == 0x0a }
            } else {
                isClosed = isClosed && !isOpening
                kept.append(rest[start])
                rest = rest[(start + 1)...]
            }
        }
        return String(decoding: kept + rest, as: UTF8.self)
    }

    private static func endOfBlock(_ block: ArraySlice<UInt8>) -> Int? {
        var rest = block
        while let start = rest.firstIndex(of: UInt8(ascii: "<")) {
            if rest[start...].starts(with: closing.utf8) { return start + closing.utf8.count }
            rest = rest[(start + 1)...]
        }
        return nil
    }
}
