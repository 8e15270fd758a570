import Testing

@testable import LoquatServer

struct MultipartPartTests {
    private func disposition(_ parameters: String) -> MultipartPart {
        MultipartPart(headers: "Content-Disposition: form-data; \(parameters)")
    }

    @Test func readsNameFileAndType() {
        let part = MultipartPart(
            headers:
                "X-Other: name=\"no\"\r\nCONTENT-DISPOSITION: form-data; name=\"file\"; filename=\"a b.md\"\r\ncontent-type:text/markdown")
        #expect(part.name == "file")
        #expect(part.filename == "a b.md")
        #expect(part.contentType == "text/markdown")
    }

    @Test func whatIsNotSaidIsNil() {
        let part = MultipartPart(headers: "")
        #expect(part.name == nil && part.filename == nil && part.contentType == nil)
        #expect(disposition("filename=\"name\"").name == nil)
        #expect(disposition("name=\"never closed").name == nil)
        #expect(disposition("name=\"\"").name == "")
    }

    @Test func readsWhatBrowsersEscape() {
        #expect(disposition("name=\"a%22b%0D%0Ac\"").name == "a\"b\r\nc")
        #expect(disposition("name=\"a\\\"b\\\\c\"").name == "a\"b\\c")
        #expect(disposition("name=\"n\";filename=\"f\"").filename == "f")
        #expect(disposition("filename=\"f\"; name=\"n\"").name == "n")
        #expect(disposition("name=\"größe 😀\"").name == "größe 😀")
        #expect(disposition("name=\"; filename=x\"").filename == nil)
    }

    /// Only CR LF ends a header; a file's name may hold whatever else Unicode calls a line break.
    @Test(arguments: ["a\u{2028}b.txt", "a\u{85}b.txt", "a\u{b}b.txt"])
    func namesMayHoldOtherLineBreaks(filename: String) {
        #expect(disposition("name=\"file\"; filename=\"\(filename)\"").filename == filename)
    }

    @Test(arguments: [
        ("multipart/form-data; boundary=abc", "abc"),
        ("multipart/form-data;boundary=abc", "abc"),
        ("multipart/form-data; charset=utf-8; Boundary=\"a b'c\"", "a b'c"),
        ("multipart/form-data; boundary=----WebKitFormBoundary7MA4YWxkTrZu0gW", "----WebKitFormBoundary7MA4YWxkTrZu0gW"),
        ("multipart/form-data; boundary=a=b", "a=b"),
        ("multipart/form-data; boundary=abc ; charset=utf-8", "abc"),
    ])
    func boundaryIsRead(contentType: String, boundary: String) {
        #expect(MultipartParser.boundary(of: contentType) == boundary)
    }

    @Test(arguments: [
        "", "multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=\"\"", "boundary=abc", "a; bound=x",
    ])
    func withoutABoundaryThereIsNone(contentType: String) {
        #expect(MultipartParser.boundary(of: contentType) == nil)
    }

    @Test func longBoundariesAreRefused() {
        let long = String(repeating: "b", count: 201)
        #expect(MultipartParser.boundary(of: "multipart/form-data; boundary=\(long)") == nil)
        #expect(MultipartParser.boundary(of: "multipart/form-data; boundary=\(long.dropLast())") != nil)
    }
}
