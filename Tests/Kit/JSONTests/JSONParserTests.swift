import JSON
import TestSupport
import Testing

struct JSONParserTests {
    private func parse(_ text: String) throws -> JSONValue { try JSONParser.parse(text.utf8) }

    @Test func readsEachKindOfValue() throws {
        #expect(try parse("null") == .null)
        #expect(try parse(" \t\r\n true \n") == .bool(true))
        #expect(try parse("false") == .bool(false))
        #expect(try parse("-12") == .number(JSONNumber(-12)))
        #expect(try parse("\"\"") == .string(""))
        #expect(try parse("[ ]") == .array([]))
        #expect(try parse("{ }") == .object(JSONObject()))
        let inner: JSONValue = .array([.string("a"), .object(JSONObject([.init("b", .null)]))])
        #expect(try parse("[1,[\"a\",{\"b\":null}]]") == .array([.number(JSONNumber(1)), inner]))
    }

    @Test(arguments: [
        "", " ", "\u{feff}1", "tru", "nul", "True", "truefalse", "01", "-", "-a", "1.", ".5", "1e", "1e+", "+1", "0x1", "NaN", "Infinity",
        "1_0", "[1,]", "[,1]", "[1 2]", "[1", "[", "]", "[1]]", "{", "}", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,}", "{\"a\" 1}",
        "{a:1}", "{1:1}", "{\"a\":1 \"b\":2}", "{,}", "'a'", "\"a", "\"", "\"\\", "\"\\x\"", "\"\\u\"", "\"\\u12\"", "\"\\u00zz\"",
        "\"\\u+041\"", "\"\t\"", "\"\n\"", "\"\u{0}\"", "1 2", "// c\n1", "1 /* c */", "\u{a0}1", "\u{2028}1", "[1\u{0}]",
    ])
    func otherTextsAreRefused(text: String) {
        #expect(throws: JSONSyntaxError.self) { try JSONParser.parse(text.utf8) }
    }

    @Test func valuesMayBeLimited() throws {
        // The object, the list, and four in it.
        let text = "{\"a\":[1,\"b\",null,{}]}"
        #expect(try JSONParser.parse(text.utf8, valueLimit: 6) == parse(text))
        let error = #expect(throws: JSONSyntaxError.self) { try JSONParser.parse(text.utf8, valueLimit: 5) }
        #expect(error?.reason.contains("more values") == true && error?.offset == 17)
        #expect(throws: JSONSyntaxError.self) { try JSONParser.parse("1".utf8, valueLimit: 0) }
    }

    @Test func saysWhere() throws {
        let places = ["[1,]": 3, "{\"a\" 1}": 5, "1 2": 2, "": 0, "  x": 2, "[1": 2]
        for (text, offset) in places {
            let error = #expect(throws: JSONSyntaxError.self) { try JSONParser.parse(text.utf8) }
            #expect(error?.offset == offset, "\(text)")
            #expect(error?.description.contains("\(offset)") == true)
        }
    }

    @Test func everyTextThatBreaksOffIsRefused() throws {
        let bytes = Array("{\"a\":[1,-2.5e3,true,null,\"x\\u00e9\\n\\ud83d\\ude00é\"],\"b\":{}}".utf8)
        _ = try JSONParser.parse(bytes)
        for count in bytes.indices {
            #expect(throws: JSONSyntaxError.self, "after \(count) bytes") { try JSONParser.parse(bytes[..<count]) }
        }
    }

    @Test func readsBytesThatAreNotInOnePiece() throws {
        let bytes = Array("{\"a\":[1,\"é\"]}".utf8)
        let whole = try JSONParser.parse(bytes)
        #expect(try JSONParser.parse(AnySequence { bytes.makeIterator() }) == whole)
        #expect(try JSONParser.parse(ContiguousArray(bytes)) == whole)
        #expect(try JSONParser.parse((bytes + [0x78])[..<bytes.count]) == whole)
    }

    // MARK: Depth

    private func nested(_ depth: Int) -> [UInt8] {
        Array((String(repeating: "[", count: depth) + String(repeating: "]", count: depth)).utf8)
    }

    @Test func depthIsLimited() throws {
        _ = try JSONParser.parse(nested(JSONParser.defaultDepthLimit))
        #expect(throws: JSONSyntaxError.self) { try JSONParser.parse(nested(JSONParser.defaultDepthLimit + 1)) }
        #expect(throws: JSONSyntaxError.self) { try JSONParser.parse([UInt8](repeating: UInt8(ascii: "["), count: 1_000_000)) }
    }

    @Test func depthCountsArraysAndObjectsThatAreOpen() throws {
        _ = try JSONParser.parse("{\"a\":[{\"b\":1}]}".utf8, depthLimit: 3)
        #expect(throws: JSONSyntaxError.self) { try JSONParser.parse("{\"a\":[{\"b\":[]}]}".utf8, depthLimit: 3) }
        _ = try JSONParser.parse("[[1],{\"a\":2},[[]],[3]]".utf8, depthLimit: 3)
        _ = try JSONParser.parse("1".utf8, depthLimit: 0)
        #expect(throws: JSONSyntaxError.self) { try JSONParser.parse("[]".utf8, depthLimit: 0) }
    }

    // MARK: Strings

    @Test func readsEscapes() throws {
        #expect(try parse("\"\\b\\f\\n\\r\\t\\/\\\\\\\"\\u0000\\u00E9\\u00e9\"").string == "\u{8}\u{c}\n\r\t/\\\"\0éé")
        #expect(try parse("\"a\\nb\"").string == "a\nb")
        #expect(try parse("\"\u{7f}\u{2028}\u{10ffff}\"").string == "\u{7f}\u{2028}\u{10ffff}")
    }

    @Test func readsSurrogatePairs() throws {
        #expect(try parse("\"\\ud83d\\ude00\\uD83D\\uDE00\"").string == "😀😀")
        #expect(try parse("\"\\ud800\\udc00\\udbff\\udfff\"").string == "\u{10000}\u{10ffff}")
        #expect(try parse("\"\\ud7ff\\ue000\"").string == "\u{d7ff}\u{e000}")
    }

    @Test(arguments: [
        "\\ud83d", "\\ude00", "\\ud83dx", "\\ud83d\\u0041", "\\ud83d\\ud83d", "\\ude00\\ud83d", "\\ud83d\\n", "\\ud83d\\", "\\ud83d\\ude0",
        "a\\udfff",
    ])
    func halfASurrogatePairIsRefused(escape: String) {
        #expect(throws: JSONSyntaxError.self) { try JSONParser.parse("\"\(escape)\"".utf8) }
    }

    @Test(arguments: [
        [0xff], [0x80], [0xc0, 0xaf], [0xe2, 0x82], [0xe0, 0x80, 0xaf], [0xed, 0xa0, 0x80], [0xf5, 0x80, 0x80, 0x80],
        [0xf4, 0x90, 0x80, 0x80],
    ])
    func whatIsNotUTF8IsRefused(bytes: [Int]) {
        for filling in ["", "\\n"] {
            var text = Array("[\"\(filling)".utf8)
            text += bytes.map { UInt8($0) }
            text += Array("\"]".utf8)
            #expect(throws: JSONSyntaxError.self) { try JSONParser.parse(text) }
        }
    }

    // MARK: Damage

    /// Whatever is done to a text, it is refused, or read as something that can be written and read again.
    @Test(arguments: [UInt64(1), 2, 3])
    func damagedTextsDoNoHarm(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let original = Array("{\"name\":\"é\\ud83d\\ude00\",\"list\":[1,2.5e-3,true,null,{\"a\":{}}],\"b\":\"\\\\\\\"\"}".utf8)
        for _ in 0..<1_500 {
            var bytes = original
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let place = Int.random(in: bytes.indices, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes[place] = UInt8.random(in: .min ... .max, using: &random)
                case 1: bytes.remove(at: place)
                default: bytes.insert(original[Int.random(in: original.indices, using: &random)], at: place)
                }
            }
            guard let value = try? JSONParser.parse(bytes) else { continue }
            #expect(try JSONParser.parse(value.bytes) == value)
        }
    }
}
