import Testing

@testable import JSON

struct JSONEncodingTests {
    private func written(_ value: some Encodable, nils: NilEncoding = .null) throws -> String {
        String(decoding: try encodeJSON(value, nils: nils), as: UTF8.self)
    }

    // MARK: Names

    @Test(arguments: [
        ("createdAt", "created_at"), ("userID", "user_id"), ("chunkID", "chunk_id"), ("retrievalMs", "retrieval_ms"), ("sha256", "sha256"),
        ("title", "title"), ("URL", "url"), ("HTMLParser", "html_parser"), ("baseURLString", "base_url_string"), ("aB", "a_b"), ("A", "a"),
        ("already_snake", "already_snake"), ("x1Y2", "x1_y2"), ("größeÄnderung", "größeÄnderung"), ("", ""),
    ])
    func propertyNamesAreWrittenInSnakeCase(name: String, expected: String) {
        #expect(snakeCase(name) == expected)
    }

    private struct Names: Codable, Equatable {
        var userID = 1
        var createdAt = "now"
        var baseURLString = "/"
        var isHTML = true
        var plain = 0.5
    }

    @Test func namesRoundTripInTheOrderOfTheProperties() throws {
        let text = try written(Names())
        #expect(text == "{\"user_id\":1,\"created_at\":\"now\",\"base_url_string\":\"/\",\"is_html\":true,\"plain\":0.5}")
        #expect(try decodeJSON(Names.self, from: text.utf8) == Names())
    }

    // MARK: Nothing

    private struct Inner: Codable, Equatable {
        var name: String?
    }

    private struct Gaps: Codable, Equatable {
        var text: String?
        var flag: Bool?
        var double: Double?
        var float: Float?
        var whole: Int?
        var wide: Int64?
        var small: UInt8?
        var inner: Inner?
        var list: [Int]?
        var map: [String: Int]?
        var value: JSONValue?
    }

    @Test func nilsAreWrittenAsNull() throws {
        let names = ["text", "flag", "double", "float", "whole", "wide", "small", "inner", "list", "map", "value"]
        let text = try written(Gaps())
        #expect(text == "{" + names.map { "\"\($0)\":null" }.joined(separator: ",") + "}")
        #expect(try decodeJSON(Gaps.self, from: text.utf8) == Gaps())
    }

    @Test func nilsAreLeftOut() throws {
        #expect(try written(Gaps(), nils: .omitted) == "{}")
        #expect(try decodeJSON(Gaps.self, from: "{}".utf8) == Gaps())
    }

    @Test func theChoiceReachesWhatIsInside() throws {
        let values = ["a": [Inner(name: nil), Inner(name: "x")]]
        #expect(try written(values) == "{\"a\":[{\"name\":null},{\"name\":\"x\"}]}")
        #expect(try written(values, nils: .omitted) == "{\"a\":[{},{\"name\":\"x\"}]}")
        #expect(try written(Gaps(inner: Inner()), nils: .omitted) == "{\"inner\":{}}")
    }

    @Test func itemsThatAreNilKeepTheirPlace() throws {
        let items: [Int?] = [1, nil, 3]
        for nils in [NilEncoding.null, .omitted] { #expect(try written(items, nils: nils) == "[1,null,3]") }
        #expect(try decodeJSON([Int?].self, from: "[1,null,3]".utf8) == items)
        let texts: [String?] = [nil, "a"]
        #expect(try written(texts) == "[null,\"a\"]")
        #expect(try decodeJSON([String?].self, from: "[null,\"a\"]".utf8) == texts)
        let nothing: Int? = nil
        #expect(try written(nothing) == "null")
        #expect(try decodeJSON(Int?.self, from: "null".utf8) == nil)
    }

    @Test func everyKindOfPropertyRoundTrips() throws {
        let full = Gaps(
            text: "é\n", flag: false, double: -0.25, float: 1.5, whole: -7, wide: .max, small: 255, inner: Inner(name: ""), list: [1, 2],
            map: ["one": 1], value: .array([.null, .string("x")]))
        let text = try written(full)
        #expect(
            text == """
                {"text":"é\\n","flag":false,"double":-0.25,"float":1.5,"whole":-7,"wide":9223372036854775807,"small":255,\
                "inner":{"name":""},"list":[1,2],"map":{"one":1},"value":[null,"x"]}
                """)
        #expect(try decodeJSON(Gaps.self, from: text.utf8) == full)
    }

    // MARK: Names that are data

    private struct Mapped: Codable, Equatable {
        var byName: [String: Names]
        var maybeMap: [String: [String: Int]]?
        var object: JSONObject
    }

    @Test func keysOfDictionariesStayAsTheyAre() throws {
        #expect(try written(["userID": 1]) == "{\"userID\":1}")
        #expect(try written(["aB": ["cD": ["eF": true]]]) == "{\"aB\":{\"cD\":{\"eF\":true}}}")
        #expect(try written([["aB": 1]]) == "[{\"aB\":1}]")
        #expect(try decodeJSON([String: [String: Int]].self, from: "{\"aB\":{\"cD\":1}}".utf8) == ["aB": ["cD": 1]])
        #expect(try decodeJSON([[String: Int]].self, from: "[{\"aB\":1,\"a_b\":2}]".utf8) == [["aB": 1, "a_b": 2]])
        #expect(try decodeJSON([String: Int]?.self, from: "{\"aB\":1}".utf8) == ["aB": 1])
    }

    @Test func namesAroundAndInsideDictionariesAreNotData() throws {
        let value = Mapped(byName: ["firstOne": Names()], maybeMap: ["aB": ["cD": 1]], object: ["eF": ["gH": 1]])
        let text = try written(value)
        #expect(
            text == """
                {"by_name":{"firstOne":{"user_id":1,"created_at":"now","base_url_string":"/","is_html":true,"plain":0.5}},\
                "maybe_map":{"aB":{"cD":1}},"object":{"eF":{"gH":1}}}
                """)
        #expect(try decodeJSON(Mapped.self, from: text.utf8) == value)
    }

    // MARK: Containers made by hand

    private struct HandMade: Codable, Equatable {
        var first: Int
        var rest: [String]

        enum Outer: String, CodingKey { case innerPart, listPart }
        enum Inner: String, CodingKey { case firstNumber }

        init(first: Int, rest: [String]) {
            self.first = first
            self.rest = rest
        }

        init(from decoder: any Decoder) throws {
            let outer = try decoder.container(keyedBy: Outer.self)
            first = try outer.nestedContainer(keyedBy: Inner.self, forKey: .innerPart).decode(Int.self, forKey: .firstNumber)
            var list = try outer.nestedUnkeyedContainer(forKey: .listPart)
            rest = []
            while !list.isAtEnd { rest.append(try list.decode(String.self)) }
        }

        func encode(to encoder: any Encoder) throws {
            var outer = encoder.container(keyedBy: Outer.self)
            var inner = outer.nestedContainer(keyedBy: Inner.self, forKey: .innerPart)
            try inner.encode(first, forKey: .firstNumber)
            var list = outer.nestedUnkeyedContainer(forKey: .listPart)
            for text in rest { try list.encode(text) }
        }
    }

    @Test func containersMadeByHandAreFilledInOrder() throws {
        let value = HandMade(first: 4, rest: ["a", "b"])
        #expect(try written(value) == "{\"inner_part\":{\"first_number\":4},\"list_part\":[\"a\",\"b\"]}")
        #expect(try decodeJSON(HandMade.self, from: encodeJSON(value)) == value)
        #expect(try written(HandMade(first: 0, rest: [])) == "{\"inner_part\":{\"first_number\":0},\"list_part\":[]}")
    }
}
