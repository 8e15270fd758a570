import JSON
import SchemaReflection
import Testing

@testable import LoquatServer

@Suite("What is told of a value that is none of several choices")
struct ChoiceTests {
    @Test(arguments: [
        ("{\"input\":\"\"}", ["/input must not be empty"]),
        ("{\"input\":5}", ["/input must be a string or an array of strings"]),
        ("{\"input\":null}", ["/input must be a string or an array of strings"]),
        ("{\"input\":[1,2]}", ["/input/0 must be a string", "/input/1 must be a string"]),
        ("{\"input\":[]}", ["/input must have 1 to 2048 items"]),
        ("{\"input\":\"a\",\"model\":5}", ["/model must be a string"]),
    ])
    func ofTextsToEmbed(body: String, told: [String]) throws {
        #expect(try errors(OpenAIShapes.embeddingsRequest, body) == told)
    }

    @Test(arguments: [
        ("{\"a\":{\"b\":1}}", ["/a must be a string, a number, true, false, null or an array of such"]),
        ("{\"a~/b\":[1,{}]}", ["/a~0~1b/1 must be a string, a number, true, false or null"]),
        ("{\"a\":1,\"b\":null,\"c\":[\"x\",null,true]}", []),
        ("[]", ["must be an object"]),
    ])
    func ofFilters(filters: String, told: [String]) throws {
        #expect(try errors(.filters, filters) == told)
    }

    private func errors(_ schema: TypeSchema, _ text: String) throws -> [String] {
        let value = try JSONParser.parse(text.utf8)
        return schema.violations(in: value).map {
            "\($0.pointer) \(schema.choice(at: $0.pointer, in: value) ?? $0.message)".trimmingPrefix(" ").description
        }
    }
}
