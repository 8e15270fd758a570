import JSON
import Testing

struct JSONValueTests {
    private func parse(_ text: String) throws -> JSONValue { try JSONParser.parse(text.utf8) }

    @Test func membersKeepTheirOrder() throws {
        let text = "{\"z\":1,\"a\":{\"y\":2,\"b\":3},\"m\":[{\"q\":4,\"c\":5}]}"
        #expect(try parse(text).text == text)
        #expect(try parse("{\"b\":1,\"a\":2}").object?.members.map(\.name) == ["b", "a"])
    }

    @Test func theLastOfTwoMembersCounts() throws {
        let value = try parse("{\"a\":1,\"b\":0,\"a\":2}")
        #expect(value["a"]?.int == 2)
        #expect(value.text == "{\"a\":1,\"b\":0,\"a\":2}")
    }

    /// RFC 8259, section 8.3: names are compared code unit by code unit, so one letter written in two ways makes two names.
    @Test func namesAreComparedAsTheyAreWritten() throws {
        let value = try parse("{\"\u{e9}\":\"composed\",\"e\u{301}\":\"decomposed\"}")
        #expect(value["\u{e9}"]?.string == "composed")
        #expect(value["e\u{301}"]?.string == "decomposed")
    }

    @Test func readsByNameAndPlace() throws {
        let value = try parse("{\"list\":[10,{\"deep\":true}],\"text\":\"x\",\"none\":null,\"half\":0.5}")
        #expect(value["list"]?[0]?.int == 10)
        #expect(value["list"]?[1]?["deep"]?.bool == true)
        #expect(value["text"]?.string == "x")
        #expect(value["none"]?.isNull == true)
        #expect(value["half"]?.double == 0.5)
        #expect(value["list"]?.array?.count == 2)
        #expect(value.object?.members.count == 4)
    }

    @Test func whatIsNotThereIsNil() throws {
        let value = try parse("{\"list\":[1]}")
        let absent: [JSONValue?] = [
            value["other"], value["list"]?[1], value["list"]?[-1], value["list"]?["name"], value[0], JSONValue.null["a"],
        ]
        for found in absent { #expect(found?.text == nil) }
    }

    @Test func eachKindIsReadAsItselfOnly() throws {
        for value in try #require(try parse("[null,true,1,\"1\",[1],{\"a\":1}]").array) {
            let readings = [value.bool != nil, value.int != nil, value.string != nil, value.array != nil, value.object != nil, value.isNull]
            #expect(readings.filter { $0 }.count == 1, "\(value.text)")
        }
    }

    @Test func membersAreReplacedAddedAndTakenAway() {
        var object: JSONObject = ["a": 1, "b": 2]
        object["c"] = .string("new")
        object["a"] = .bool(true)
        #expect(JSONValue.object(object).text == "{\"b\":2,\"c\":\"new\",\"a\":true}")
        object["b"] = Optional<JSONValue>.none
        #expect(object.members.map(\.name) == ["c", "a"])
        #expect(!object.isEmpty)
        #expect(JSONObject().isEmpty)
    }

    @Test func literalsSayWhatTheyLookLike() {
        let value: JSONValue = ["text": "x", "whole": 3, "flag": false, "none": nil, "list": [1, "two"]]
        #expect(value.text == "{\"text\":\"x\",\"whole\":3,\"flag\":false,\"none\":null,\"list\":[1,\"two\"]}")
    }
}
