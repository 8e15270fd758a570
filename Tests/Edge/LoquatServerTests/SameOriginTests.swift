import HTTPTypes
import Hummingbird
import Testing

@testable import LoquatServer

struct SameOriginTests {
    private func request(_ headers: [String: String]) -> Request {
        var head = HTTPRequest(method: .post, scheme: "http", authority: "loquat.test:8080", path: "/login")
        for (name, value) in headers { if let name = HTTPField.Name(name) { head.headerFields[name] = value } }
        return Request(head: head, body: .init(buffer: .init()))
    }

    @Test(arguments: [
        ["Sec-Fetch-Site": "same-origin"], ["Origin": "http://loquat.test:8080"], ["Origin": "https://LOQUAT.test:8080"],
        ["Sec-Fetch-Site": "same-origin", "Origin": "null"],
    ])
    func ownPagesAreProven(headers: [String: String]) { #expect(SameOrigin.isProven(request(headers))) }

    @Test(arguments: [
        [:], ["Sec-Fetch-Site": "cross-site"], ["Sec-Fetch-Site": "same-site"], ["Sec-Fetch-Site": "none"], ["Origin": "null"], ["Origin": ""],
        ["Origin": "http://evil.test"], ["Origin": "http://loquat.test"], ["Origin": "http://loquat.test:8080.evil.test"],
        ["Origin": "loquat.test:8080"], ["Sec-Fetch-Site": "cross-site", "Origin": "http://loquat.test:8080"],
    ])
    func othersAreNot(headers: [String: String]) { #expect(!SameOrigin.isProven(request(headers))) }

    @Test func cookiesAreKeptFromScriptsAndOtherSites() {
        #expect(PageCookie.header("a", "b", maxAge: 60, request([:])) == "a=b; Path=/; HttpOnly; SameSite=Lax; Max-Age=60")
        #expect(PageCookie.header("a", "", maxAge: 0, request([:])) == "a=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0")
        let proxied = request(["X-Forwarded-Proto": "https"])
        #expect(PageCookie.header("a", "b", maxAge: nil, proxied) == "a=b; Path=/; HttpOnly; SameSite=Lax; Secure")
    }
}
