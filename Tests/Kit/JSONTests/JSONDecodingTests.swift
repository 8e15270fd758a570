import JSON
import Testing

struct JSONDecodingTests {
    private enum Kind: String, Decodable { case one, two }

    private struct Item: Decodable {
        let count: Int
    }

    private struct Order: Decodable {
        let userID: Int
        let items: [Item]
        let byName: [String: Item]?
        let matrix: [[Double]]?
        let kind: Kind?
        let isOpen: Bool?
        let note: String?
    }

    /// What is wrong with this text as an order; fails where nothing is.
    private func fault(_ text: String) throws -> JSONShapeError {
        let error = #expect(throws: JSONShapeError.self) { try decodeJSON(Order.self, from: text.utf8) }
        return try #require(error)
    }

    @Test func readsWhatFits() throws {
        let text =
            "{\"user_id\":1,\"items\":[{\"count\":2,\"more\":[]}],\"by_name\":{\"x\":{\"count\":3}},\"kind\":\"two\",\"matrix\":[[1,2.5]]}"
        let order = try decodeJSON(Order.self, from: text.utf8)
        #expect(order.userID == 1)
        #expect(order.items.map(\.count) == [2])
        #expect(order.byName?["x"]?.count == 3)
        #expect(order.kind == .two)
        #expect(order.matrix == [[1, 2.5]])
        #expect(order.isOpen == nil)
        #expect(order.note == nil)
    }

    @Test func whatIsMissingIsNamed() throws {
        #expect(try fault("{}") == JSONShapeError(pointer: "/user_id", message: "is required"))
        #expect(try fault("{\"userID\":1}") == JSONShapeError(pointer: "/user_id", message: "is required"))
        #expect(try fault("{\"user_id\":1}") == JSONShapeError(pointer: "/items", message: "is required"))
        let inside = try fault("{\"user_id\":1,\"items\":[{\"count\":1},{\"count\":2},{}]}")
        #expect(inside == JSONShapeError(pointer: "/items/2/count", message: "is required"))
    }

    @Test(arguments: [
        ("[]", "", "must be an object"),
        ("7", "", "must be an object"),
        ("{\"user_id\":\"1\"}", "/user_id", "must be a whole number"),
        ("{\"user_id\":1.5}", "/user_id", "must be a whole number"),
        ("{\"user_id\":null}", "/user_id", "must be a whole number"),
        ("{\"user_id\":1,\"items\":{}}", "/items", "must be an array"),
        ("{\"user_id\":1,\"items\":[7]}", "/items/0", "must be an object"),
        ("{\"user_id\":1,\"items\":[{\"count\":1},{\"count\":[]}]}", "/items/1/count", "must be a whole number"),
        ("{\"user_id\":1,\"items\":[],\"by_name\":[]}", "/by_name", "must be an object"),
        ("{\"user_id\":1,\"items\":[],\"matrix\":[[1],[2,3,\"x\"]]}", "/matrix/1/2", "must be a number"),
        ("{\"user_id\":1,\"items\":[],\"matrix\":[[1],2]}", "/matrix/1", "must be an array"),
        ("{\"user_id\":1,\"items\":[],\"is_open\":1}", "/is_open", "must be true or false"),
        ("{\"user_id\":1,\"items\":[],\"note\":false}", "/note", "must be a string"),
    ])
    func whatHasAnotherShapeIsPointedAt(text: String, pointer: String, message: String) throws {
        #expect(try fault(text) == JSONShapeError(pointer: pointer, message: message))
    }

    @Test func namesThatAreNotKnownArePointedAt() throws {
        #expect(try fault("{\"user_id\":1,\"items\":[],\"kind\":\"three\"}").pointer == "/kind")
        #expect(try fault("{\"user_id\":1,\"items\":[],\"kind\":3}").pointer == "/kind")
    }

    @Test func pointersAreEscaped() throws {
        #expect(try fault(order(named: "a/b")).pointer == "/by_name/a~1b/count")
        #expect(try fault(order(named: "m~n")).pointer == "/by_name/m~0n/count")
        #expect(try fault(order(named: "~1/~0")).pointer == "/by_name/~01~1~00/count")
        #expect(try fault(order(named: "")).pointer == "/by_name//count")
        #expect(try fault(order(named: "é \\\"")).pointer == "/by_name/é \"/count")
    }

    /// Keys of a dictionary are data, so a pointer gives them as they stand in the text.
    @Test(arguments: ["myKey", "URL", "007", "+5", "7"])
    func keysThatAreDataStandInPointersUnchanged(key: String) throws {
        #expect(try fault(order(named: key)).pointer == "/by_name/\(key)/count")
    }

    private func order(named name: String) -> String { "{\"user_id\":1,\"items\":[],\"by_name\":{\"\(name)\":{\"count\":true}}}" }

    @Test func whatIsNotJSONIsToldApart() {
        #expect(throws: JSONSyntaxError.self) { try decodeJSON(Order.self, from: "{\"user_id\":1".utf8) }
        #expect(throws: JSONSyntaxError.self) { try decodeJSON(Int.self, from: "[[1]]".utf8, depthLimit: 1) }
    }

    @Test func scalarsAndValuesAreReadFromTheTop() throws {
        #expect(try decodeJSON(Int.self, from: "7".utf8) == 7)
        #expect(try decodeJSON(Double.self, from: "7".utf8) == 7)
        #expect(try decodeJSON(Float.self, from: "0.5".utf8) == 0.5)
        #expect(try decodeJSON(String.self, from: "\"x\"".utf8) == "x")
        #expect(try decodeJSON(Bool.self, from: "true".utf8))
        #expect(try decodeJSON([Bool].self, from: "[true,false]".utf8) == [true, false])
        #expect(try decodeJSON([Float].self, from: "[1,0.5]".utf8) == [1, 0.5])
        let value = try JSONParser.parse("{\"aB\":[1,2.50]}".utf8)
        #expect(try decodeJSON(JSONValue.self, from: value) == value)
        #expect(try decodeJSON(JSONObject.self, from: value) == value.object)
        #expect(try decodeJSON([JSONValue].self, from: "[null,1.0]".utf8).map(\.text) == ["null", "1.0"])
        let error = #expect(throws: JSONShapeError.self) { try decodeJSON([JSONObject].self, from: "[{},[]]".utf8) }
        #expect(error == JSONShapeError(pointer: "/1", message: "must be an object"))
    }

    // MARK: Containers read by hand

    private struct Pair: Decodable {
        let first: Int
        let second: Int

        init(from decoder: any Decoder) throws {
            var list = try decoder.unkeyedContainer()
            first = try list.decode(Int.self)
            second = try list.decode(Int.self)
        }
    }

    private struct Wrapped: Decodable {
        enum Outer: String, CodingKey { case innerPart }
        enum Inner: String, CodingKey { case deepList }

        let numbers: [Int]

        init(from decoder: any Decoder) throws {
            let outer = try decoder.container(keyedBy: Outer.self)
            let inner = try outer.nestedContainer(keyedBy: Inner.self, forKey: .innerPart)
            var list = try inner.nestedUnkeyedContainer(forKey: .deepList)
            var numbers: [Int] = []
            while !list.isAtEnd { numbers.append(try list.decode(Int.self)) }
            self.numbers = numbers
        }
    }

    @Test func containersReadByHandPointToo() throws {
        let pairs = try decodeJSON([Pair].self, from: "[[1,2]]".utf8)
        #expect(pairs.map(\.first) == [1])
        #expect(pairs.map(\.second) == [2])
        let short = #expect(throws: JSONShapeError.self) { try decodeJSON([Pair].self, from: "[[1,2],[3]]".utf8) }
        #expect(short == JSONShapeError(pointer: "/1", message: "has too few items"))
        #expect(try decodeJSON(Wrapped.self, from: "{\"inner_part\":{\"deep_list\":[1,2]}}".utf8).numbers == [1, 2])
        let wrong = #expect(throws: JSONShapeError.self) {
            try decodeJSON(Wrapped.self, from: "{\"inner_part\":{\"deep_list\":[1,null]}}".utf8)
        }
        #expect(wrong == JSONShapeError(pointer: "/inner_part/deep_list/1", message: "must be a whole number"))
        let flat = #expect(throws: JSONShapeError.self) { try decodeJSON(Wrapped.self, from: "{\"inner_part\":[]}".utf8) }
        #expect(flat == JSONShapeError(pointer: "/inner_part", message: "must be an object"))
    }
}
