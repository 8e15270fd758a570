import Conversation
import Testing

@testable import Providers

/// What a refused request comes to.
struct ProviderRefusalTests {
    private func refusal(_ status: Int?, message: String? = "why") -> ProviderRefusal {
        ProviderRefusal(status: status, retryAfter: nil, message: message)
    }

    @Test(
        arguments: [
            (nil, "provider_unavailable", true), (400, "provider_refused_request", false), (401, "provider_refused_key", false),
            (403, "provider_refused_key", false), (404, "provider_refused_request", false), (422, "provider_refused_request", false),
            (429, "provider_rate_limited", true), (500, "provider_unavailable", true), (503, "provider_unavailable", true),
            (529, "provider_unavailable", true),
        ] as [(Int?, String, Bool)])
    func eachStatusHasItsFailure(status: Int?, code: String, retryable: Bool) {
        #expect(refusal(status).failure.code == code)
        #expect(refusal(status).failure.retryable == retryable)
    }

    @Test func onlyWhatMayPassIsTriedAgain() {
        let tried = [nil, 301, 400, 401, 403, 404, 408, 413, 422, 429, 500, 501, 502, 503, 504, 529].filter { refusal($0).isWorthRetrying }
        #expect(tried == [nil, 408, 429, 500, 502, 503, 504, 529])
    }

    /// The reason goes to the client where the client can mend it, and never where it may name the server's own account.
    @Test func whoIsToldTheReason() {
        #expect(refusal(400).failure.message == "The model's provider refused the request with status 400: why.")
        #expect(refusal(400, message: nil).failure.message == "The model's provider refused the request with status 400.")
        for status in [nil, 401, 403, 429, 500] { #expect(!refusal(status).failure.message.contains("why")) }
    }

    @Test func aLongReasonIsCutAndPutOnOneLine() {
        #expect(ProviderRefusal.shortened("a\n\r\nb\u{2028}c") == "a b c")
        #expect(ProviderRefusal.shortened(String(repeating: "x", count: 300)).count == 300)
        #expect(ProviderRefusal.shortened(String(repeating: "x", count: 301)) == String(repeating: "x", count: 300) + "…")
    }

    @Test(
        arguments: [
            ("0", .zero), ("2", .seconds(2)), ("0.5", .milliseconds(500)), ("1e300", .seconds(3600)), ("inf", .seconds(3600)), ("nan", nil),
            ("-1", nil), ("Wed, 21 Oct 2026 07:28:00 GMT", nil), ("", nil),
        ] as [(String, Duration?)])
    func aWaitThatTheProviderAsksFor(header: String, wait: Duration?) { #expect(ProviderRefusal.retryAfter(header) == wait) }

    @Test func aKeyThatIsGivenBackIsHidden() {
        #expect("no key sk-1, but sk-1!".hiding(key: "sk-1") == "no key ********, but ********!")
        #expect("as it was".hiding(key: nil) == "as it was")
        #expect("as it was".hiding(key: "") == "as it was")
    }

    @Test func noWaitIsAskedFor() { #expect(ProviderRefusal.retryAfter(nil) == nil) }
}
