import Testing

@testable import LoquatWeb

struct LocalPathTests {
    @Test(arguments: ["/", "/sessions/1", "/documents/1?start=2&end=3", "/a//b", "/%2F%2Fe.com"])
    func pathsOfThisServerPass(path: String) { #expect(LocalPath.checked(path) == path) }

    @Test(arguments: [
        nil, "", "sessions", "//e.com", "/\\e.com", "\\/e.com", "https://e.com", "javascript:alert(1)", "/\t/e.com", "/\r\nSet-Cookie: a=b", " /",
        "/é", "/" + String(repeating: "a", count: 3_000),
    ])
    func othersDoNot(path: String?) { #expect(LocalPath.checked(path) == nil) }

    @Test func queriesAreEncoded() {
        #expect(LocalPath.encoded("/documents/1?start=2&end=3#p") == "/documents/1%3Fstart%3D2%26end%3D3%23p")
        #expect(LocalPath.encoded("é\"<") == "%C3%A9%22%3C")
    }

    @Test func partsOfAPathStayParts() {
        #expect(LocalPath.part("a/b ?#%") == "a%2Fb%20%3F%23%25")
        #expect(LocalPath.part("plain-name_1.x") == "plain-name_1.x")
    }
}
