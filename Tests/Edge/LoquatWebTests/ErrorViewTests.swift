import HTTPTypes
import LoquatServer
import Testing

@testable import LoquatWeb

struct ErrorViewTests {
    private func view(_ status: Int, _ target: String, isSafe: Bool, retryAfter: Int? = nil) -> ErrorView {
        ErrorView(
            Fault(
                status: .init(code: status), code: "c", detail: "What was wrong.", requestID: "r", retryAfter: retryAfter, target: target,
                isSafe: isSafe))
    }

    @Test(arguments: [
        (429, "/collections?cursor=1", true, "/collections?cursor=1"), (503, "/", true, "/"), (413, "/login?to=/x", false, "/login"),
        (429, "/register", false, "/register"),
    ])
    func whatMayHelpIsOfferedAgain(status: Int, target: String, isSafe: Bool, again: String) {
        #expect(view(status, target, isSafe: isSafe).again == again)
    }

    @Test(arguments: [(404, "/nothing", true), (413, "/logout", false), (429, "//evil.test/", true), (429, "http://evil.test/", true)])
    func andNothingElse(status: Int, target: String, isSafe: Bool) {
        #expect(view(status, target, isSafe: isSafe).again == nil)
    }

    @Test func aWaitIsSaid() {
        #expect(view(429, "/", isSafe: true, retryAfter: 17).detail.contains("Wait 17 seconds"))
        #expect(view(503, "/", isSafe: true, retryAfter: 1).detail.contains("Wait a second"))
    }

    /// Nobody learns from one page what another would have told.
    @Test func whatIsNotThereIsOnePage() {
        #expect(view(404, "/nothing", isSafe: true).detail == PageError.notFound.detail)
        #expect(view(404, "/nothing", isSafe: true).title == PageError.notFound.title)
    }

    @Test func whatHasNoWordsOfItsOwnTellsTheReason() { #expect(view(400, "/", isSafe: true).detail == "What was wrong.") }
}
