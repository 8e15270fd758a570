import JSON
import TestSupport
import Testing

struct JSONWriterTests {
    private func written(_ text: String) -> String {
        var writer = JSONWriter()
        writer.string(text)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    @Test func escapesOnlyWhatMustBe() {
        #expect(written("") == "\"\"")
        #expect(written("a/b é 😀 \u{7f}\u{2028}") == "\"a/b é 😀 \u{7f}\u{2028}\"")
        #expect(written("\"\\\n\r\t") == "\"\\\"\\\\\\n\\r\\t\"")
        #expect(written("\0\u{1}\u{8}\u{c}\u{1f}") == "\"\\u0000\\u0001\\u0008\\u000c\\u001f\"")
        #expect(written("\\n") == "\"\\\\n\"")
        #expect(written("\"") == "\"\\\"\"")
    }

    /// A quote that a combining mark follows is one character to Swift; it must be escaped all the same.
    @Test func marksAfterQuotesHideNothing() throws {
        let text = "\"\u{301}\\\u{301}\n\u{301}"
        #expect(Array(written(text).utf8) == Array("\"\\\"\u{301}\\\\\u{301}\\n\u{301}\"".utf8))
        let read = try #require(try JSONParser.parse(written(text).utf8).string)
        #expect(Array(read.utf8) == Array(text.utf8))
    }

    @Test(arguments: [UInt64(1), 2, 3])
    func stringsRoundTripToTheByte(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        for _ in 0..<700 {
            let text = random.text(upTo: 40)
            var writer = JSONWriter()
            writer.string(text)
            let bytes = writer.bytes
            #expect(bytes.allSatisfy { $0 >= 0x20 })
            let read = try #require(try JSONParser.parse(bytes).string)
            #expect(Array(read.utf8) == Array(text.utf8))
        }
    }

    @Test(arguments: [UInt64(4), 5])
    func valuesRoundTrip(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        for _ in 0..<300 {
            let value = random.value(depth: 4)
            let read = try JSONParser.parse(value.bytes)
            #expect(read == value)
            #expect(read.bytes == value.bytes)
            #expect(Array(read.text.utf8) == read.bytes)
        }
    }

    @Test func writesPiecesOneAfterTheOther() {
        var writer = JSONWriter(reserving: 0)
        writer.raw("{\"a\":")
        writer.int(-12)
        writer.raw(Array(",\"b\":".utf8))
        writer.value(.array([.null, .bool(true), .bool(false), .number(JSONNumber(3)), .string("x"), .object(JSONObject())]))
        writer.raw("}")
        #expect(String(decoding: writer.bytes, as: UTF8.self) == "{\"a\":-12,\"b\":[null,true,false,3,\"x\",{}]}")
    }
}

extension SeededRandom {
    /// Text from everywhere in Unicode, heavy on what JSON must escape.
    fileprivate mutating func text(upTo limit: Int) -> String {
        let ranges: [ClosedRange<UInt32>] = [
            0...0x1f, 0x20...0x7f, 0x22...0x22, 0x5c...0x5c, 0x80...0x7ff, 0x300...0x36f, 0x800...0xd7ff, 0xe000...0xffff,
            0x1_0000...0x10_ffff,
        ]
        var text = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: 0...limit, using: &self) {
            let range = ranges[Int.random(in: ranges.indices, using: &self)]
            if let scalar = Unicode.Scalar(UInt32.random(in: range, using: &self)) { text.append(scalar) }
        }
        return String(text)
    }

    fileprivate mutating func value(depth: Int) -> JSONValue {
        switch Int.random(in: 0..<(depth > 0 ? 6 : 4), using: &self) {
        case 0: return .null
        case 1: return .bool(Bool.random(using: &self))
        case 2: return .number(JSONNumber(Int(truncatingIfNeeded: next())))
        case 3: return .string(text(upTo: 10))
        case 4:
            var items: [JSONValue] = []
            for _ in 0..<Int.random(in: 0...4, using: &self) { items.append(value(depth: depth - 1)) }
            return .array(items)
        default:
            var members: [JSONObject.Member] = []
            for _ in 0..<Int.random(in: 0...4, using: &self) {
                let name = text(upTo: 6)
                members.append(JSONObject.Member(name, value(depth: depth - 1)))
            }
            return .object(JSONObject(members))
        }
    }
}
