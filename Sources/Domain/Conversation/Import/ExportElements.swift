import JSON

/// Cuts a file into the values of its list, or gives its one value, so that only one conversation is taken apart at a time and a damaged
/// one does not cost the others.
struct ExportElements: Sendable {
    private let bytes: [UInt8]
    private var position: Int
    private let isList: Bool
    private var isDone = false
    /// The file ends before its list does; known once `next` gave nil.
    private(set) var isCutOff = false

    init(_ bytes: [UInt8]) {
        let start = Self.start(of: bytes)
        self.bytes = bytes
        isList = start < bytes.count && bytes[start] == UInt8(ascii: "[")
        position = isList ? start + 1 : start
    }

    /// Where a byte order mark and white space end.
    static func start(of bytes: [UInt8]) -> Int {
        let start = bytes.starts(with: [0xef, 0xbb, 0xbf]) ? 3 : 0
        return bytes[start...].firstIndex { !isSpace($0) } ?? bytes.count
    }

    mutating func next() -> ArraySlice<UInt8>? {
        guard !isDone else { return nil }
        while position < bytes.count, Self.isSpace(bytes[position]) || bytes[position] == UInt8(ascii: ",") { position += 1 }
        isDone = !isList
        guard position < bytes.count else { return breakOff() }
        if isList, bytes[position] == UInt8(ascii: "]") {
            isDone = true
            return nil
        }
        let start = position
        guard let end = endOfValue, end > start else { return breakOff() }
        position = end
        return bytes[start..<end]
    }

    private mutating func breakOff() -> ArraySlice<UInt8>? {
        isDone = true
        isCutOff = true
        return nil
    }

    /// Where the value at `position` ends; nil where the file ends before.
    private var endOfValue: Int? {
        var index = position
        var depth = 0
        var isInString = false
        while index < bytes.count {
            let byte = bytes[index]
            if isInString {
                if byte == UInt8(ascii: "\\") { index += 1 } else if byte == UInt8(ascii: "\"") { isInString = false }
            } else {
                switch byte {
                case UInt8(ascii: "\""): isInString = true
                case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
                case UInt8(ascii: "}"), UInt8(ascii: "]"):
                    if depth == 0 { return index }
                    depth -= 1
                    if depth == 0 { return index + 1 }
                case UInt8(ascii: ","): if depth == 0 { return index }
                default: break
                }
            }
            index += 1
        }
        return nil
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 }

    /// A value, where need be without what damages it.
    static func value(_ bytes: ArraySlice<UInt8>) throws(JSONSyntaxError) -> (value: JSONValue, isRepaired: Bool) {
        do {
            return (try JSONParser.parse(bytes, valueLimit: ConversationImport.valueLimit), false)
        } catch {
            return (try JSONParser.parse(JSONRepair.repaired(bytes), valueLimit: ConversationImport.valueLimit), true)
        }
    }
}
