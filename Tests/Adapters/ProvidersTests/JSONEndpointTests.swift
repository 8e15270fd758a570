import JSON
import Retrieval
import Testing

@testable import Providers

/// How long an endpoint is waited for, and how often it is asked.
struct JSONEndpointTests {
    @Test func aBodyThatStallsIsGivenUp() async {
        let script = ScriptedEndpoint { _ in ScriptedEndpoint.stalled }
        await #expect(throws: JSONEndpoint.Failure.self) { try await script.endpoint(timeIsUp: true).post([:], within: .seconds(60)) }
        #expect(script.requests.count <= 3)
    }

    private func ask(_ endpoint: JSONEndpoint) async -> JSONEndpoint.Failure? {
        await #expect(throws: JSONEndpoint.Failure.self) { try await endpoint.promptly(within: .seconds(3)) { try await endpoint.post([:]) } }
    }

    @Test func whoeverWaitsAsksOnceAndThenNotForAWhile() async {
        let script = ScriptedEndpoint { _ in ScriptedEndpoint.stalled }
        let endpoint = script.endpoint(timeIsUp: true)
        let first = await ask(endpoint)
        #expect(script.requests.count <= 1)
        script.advance(by: Outage.pause - .milliseconds(1))
        #expect(await ask(endpoint)?.description != first?.description, "it has just been waited for")
        script.advance(by: .milliseconds(1))
        #expect(await ask(endpoint)?.description == first?.description)
        #expect(script.requests.count <= 2)
    }

    @Test func anEndpointThatIsNotThereIsNotWaitedForAgainAtOnce() async {
        let script = ScriptedEndpoint { _ in throw ScriptedEndpoint.NotThere() }
        let endpoint = script.endpoint()
        for _ in 0..<3 { _ = await ask(endpoint) }
        #expect(script.requests.count == 3, "the attempts of the first")
        script.advance(by: Outage.pause)
        _ = await ask(endpoint)
        #expect(script.requests.count == 6)
    }

    @Test(arguments: [400, 413, 422, 500])
    func whatIsRefusedForItsContentIsNotAskedAgainAndNoOutage(status: Int) async {
        let script = ScriptedEndpoint { _ in ScriptedEndpoint.status(status) }
        let endpoint = script.endpoint()
        for _ in 0..<2 { #expect(await ask(endpoint)?.mayBeTheContent == true) }
        #expect(script.requests.count == 2)
    }

    @Test(arguments: ["1e999", "-1e999"])
    func aScoreThatIsNoNumberIsAnError(score: String) async {
        let script = ScriptedEndpoint { _ in
            ScriptedEndpoint.text(#"{"results":[{"index":0,"relevance_score":0.5},{"index":1,"relevance_score":\#(score)}]}"#)
        }
        let reranker = RerankEndpoint(.init(baseURL: "http://endpoint.test/v1", model: nil, apiKey: nil), endpoint: script.endpoint())
        await #expect(throws: RerankError.self) { try await reranker.scores(of: ["a", "b"], for: "c") }
    }
}
