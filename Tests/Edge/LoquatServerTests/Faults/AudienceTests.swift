import HTTPTypes
import Testing

@testable import LoquatServer

struct AudienceTests {
    private let chromium = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"

    private func isPerson(_ target: String, _ accept: String) -> Bool { Audience(method: .get, target: target, accept: accept).isPerson }

    @Test(arguments: ["/", "/nothing", "/login?to=/api/v1", "/apis", "/collections/api", "/v10/x"])
    func browsersSeePages(target: String) { #expect(isPerson(target, chromium)) }

    @Test(arguments: [
        "/api", "/api/", "/api/v1/nothing", "/v1/models", "//api/v1/users", "/healthz", "/readyz", "/metrics", "/openapi.json", "/mcp", "/llm/chat/",
    ])
    func theAPIAnswersAsTheAPI(target: String) { #expect(!isPerson(target, chromium)) }

    @Test(arguments: ["text/html", "application/json;q=0.5, text/html", "TEXT/HTML ; q=0.3", "text/html, application/json"])
    func aPageIsWanted(accept: String) { #expect(isPerson("/x", accept)) }

    @Test(arguments: [
        "", "*/*", "text/*", "application/json", "text/html;q=0", "application/json, text/html;q=0.9", "text/html;q=x", "application/xml",
    ])
    func aPageIsNotWanted(accept: String) { #expect(!isPerson("/x", accept)) }
}
