import JSON
import TestSupport
import Testing

/// nst/JSONTestSuite: what is named y_ must be read, n_ must be refused, i_ may be either.
@Suite(
    .enabled(
        if: SharedData.isHere("nst-json"),
        "../shared/data/nst-json is not here: 95 texts to accept, 188 to refuse, 35 free and 22 transforms are not tried"))
struct JSONTestSuiteTests {
    @Test func everyTextIsThere() {
        #expect(SharedData.names(in: "nst-json/test_parsing", prefix: "y_").count == 95)
        #expect(SharedData.names(in: "nst-json/test_parsing", prefix: "n_").count == 188)
        #expect(SharedData.names(in: "nst-json/test_parsing", prefix: "i_").count == 35)
        #expect(SharedData.names(in: "nst-json/test_transform", prefix: "").count == 22)
    }

    @Test(arguments: SharedData.names(in: "nst-json/test_parsing", prefix: "y_"))
    func accepts(_ file: String) throws {
        let value = try JSONParser.parse(SharedData.bytes("nst-json/test_parsing/\(file)"))
        let again = try JSONParser.parse(value.bytes)
        #expect(again == value)
        #expect(again.bytes == value.bytes)
    }

    @Test(arguments: SharedData.names(in: "nst-json/test_parsing", prefix: "n_"))
    func refuses(_ file: String) throws {
        let bytes = try SharedData.bytes("nst-json/test_parsing/\(file)")
        let error = #expect(throws: JSONSyntaxError.self) { try JSONParser.parse(bytes) }
        let offset = try #require(error?.offset)
        #expect((0...bytes.count).contains(offset))
    }

    @Test(arguments: SharedData.names(in: "nst-json/test_parsing", prefix: "i_"))
    func survives(_ file: String) throws {
        let bytes = try SharedData.bytes("nst-json/test_parsing/\(file)")
        guard let value = try? JSONParser.parse(bytes) else { return }
        #expect(try JSONParser.parse(value.bytes) == value)
    }

    /// Compact texts are written again as they were read, to the byte; of lone surrogates none is read.
    @Test(arguments: SharedData.names(in: "nst-json/test_transform", prefix: ""))
    func transforms(_ file: String) throws {
        let bytes = try SharedData.bytes("nst-json/test_transform/\(file)")
        if file.contains("invalid_codepoint") {
            #expect(throws: JSONSyntaxError.self) { try JSONParser.parse(bytes) }
        } else {
            let written = try JSONParser.parse(bytes).bytes
            #expect(written == bytes.filter { $0 != 0x20 && $0 != 0x0a })
        }
    }
}
