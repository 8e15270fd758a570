import JSON
import TestSupport
import Testing

struct JSONNumberTests {
    private func number(_ text: String) throws -> JSONNumber {
        guard case .number(let number) = try JSONParser.parse(text.utf8) else { throw NotANumber(text: text) }
        return number
    }

    private struct NotANumber: Error {
        let text: String
    }

    @Test(arguments: [
        "0", "-0", "-0.0", "1.0", "1.50", "1e5", "1E+5", "1e-5", "0e0", "123456789012345678901234567890", "1e400", "-9223372036854775809",
        "0.1000000000000000055511151231257827", "1.000000000000000005", "4.9406564584124654e-324",
    ])
    func digitsStayAsTheyWereWritten(text: String) throws {
        #expect(try number(text).text == text)
        #expect(try JSONParser.parse("[\(text)]".utf8).text == "[\(text)]")
    }

    @Test func wholeNumbers() throws {
        let whole = [
            "0": 0, "-0": 0, "5": 5, "5.0": 5, "-5.00": -5, "1e3": 1_000, "1.5e1": 15, "100e-2": 1, "9223372036854775807": Int.max,
            "-9223372036854775808": Int.min,
        ]
        for (text, value) in whole { #expect(try number(text).int == value, "\(text)") }
    }

    @Test(arguments: ["5.5", "1e-3", "9223372036854775808", "-9223372036854775809", "1e400", "-1e400", "1e19"])
    func whatIsNotWholeOrDoesNotFit(text: String) throws {
        #expect(try number(text).int == nil)
    }

    @Test func fractions() throws {
        #expect(try number("2.5").double == 2.5)
        #expect(try number("-1e-2").double == -0.01)
        #expect(try number("7").double == 7)
    }

    @Test func doublesAreWrittenAsJSON() {
        let known: [(Double, String)] = [
            (0, "0"), (3, "3"), (-2, "-2"), (0.1, "0.1"), (-2.5, "-2.5"), (1e15, "1000000000000000"), (1e-7, "1e-07"),
            (Double.leastNonzeroMagnitude, "5e-324"),
            (.greatestFiniteMagnitude, "1.7976931348623157e+308"), (999_999_999_999_999, "999999999999999"),
        ]
        for (value, text) in known { #expect(JSONNumber(value)?.text == text) }
        for value in [Double.infinity, -.infinity, .nan, .signalingNaN] { #expect(JSONNumber(value) == nil) }
    }

    @Test func doublesRoundTrip() throws {
        var random = SeededRandom(seed: 1)
        for _ in 0..<3_000 {
            let value = Double(bitPattern: random.next())
            guard value.isFinite else { continue }
            let written = try #require(JSONNumber(value))
            #expect(try number(written.text).double == value)
        }
    }

    @Test func numbersThatJSONCannotSayAreNotWritten() {
        #expect(throws: EncodingError.self) { try encodeJSON([Double.nan]) }
        #expect(throws: EncodingError.self) { try encodeJSON(["a": -Double.infinity]) }
        #expect(throws: EncodingError.self) { try encodeJSON(Float.infinity) }
    }

    @Test func wholeNumbersOfEachWidthRoundTrip() throws {
        func roundTrip<Number: Codable & FixedWidthInteger>(_ type: Number.Type) throws {
            let values: [Number] = [.min, 0, 1, .max]
            let bytes = try encodeJSON(values)
            let texts = values.map { String(describing: $0) }.joined(separator: ",")
            #expect(String(decoding: bytes, as: UTF8.self) == "[\(texts)]")
            #expect(try decodeJSON([Number].self, from: bytes) == values)
        }
        try roundTrip(Int.self)
        try roundTrip(Int8.self)
        try roundTrip(Int16.self)
        try roundTrip(Int32.self)
        try roundTrip(Int64.self)
        try roundTrip(UInt8.self)
        try roundTrip(UInt16.self)
        try roundTrip(UInt32.self)
    }

    @Test func wholeNumbersBeyondIntRoundTrip() throws {
        let values = [UInt64.max, UInt64(Int64.max) + 1]
        let bytes = try encodeJSON(values)
        #expect(String(decoding: bytes, as: UTF8.self) == "[18446744073709551615,9223372036854775808]")
        #expect(try decodeJSON([UInt64].self, from: bytes) == values)
    }

    @Test func whatDoesNotFitIsRefused() {
        #expect(throws: JSONShapeError.self) { try decodeJSON(Int8.self, from: Array("128".utf8)) }
        #expect(throws: JSONShapeError.self) { try decodeJSON(UInt.self, from: Array("-1".utf8)) }
        #expect(throws: JSONShapeError.self) { try decodeJSON(Int.self, from: Array("1.5".utf8)) }
    }
}
