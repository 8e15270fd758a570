import Conversation
import JSON
import Testing
import TimeOrdered
import Turns

@testable import LoquatServer

struct OpenAIDialectTests {
    private let session = SampleTurn.session
    private let turn = SampleTurn.turn

    private var head: String {
        "\"id\":\"chatcmpl-\(turn)\",\"object\":\"chat.completion.chunk\",\"created\":1700000000,\"model\":\"a/\\\"b\\\"\""
    }

    private func stream(_ events: [TurnEvent], usage: Bool = false) -> String {
        SampleTurn.stream(
            events, in: OpenAIDialect(turn: turn, createdAt: SampleTurn.createdAt, model: "a/\"b\"", includesUsage: usage))
    }

    /// The text of a chunk with this delta.
    private func chunk(_ delta: String, finish: String = "null") -> String {
        "data: {\(head),\"choices\":[{\"index\":0,\"delta\":{\(delta)},\"finish_reason\":\(finish)}]}\n\n"
    }

    @Test func anAnswerFromDocuments() {
        let wanted = """
            data: {\(head),"choices":[{"index":0,"delta":{"role":"assistant","content":"Whales \\"sing\\""},"finish_reason":null}]}

            data: {\(head),"choices":[{"index":0,"delta":{"content":" [1].\\n"},"finish_reason":null}]}

            data: {\(head),"choices":[{"index":0,"delta":{},"finish_reason":"stop"}],\
            "loquat":{"session_id":"\(session)","turn_id":"\(turn)",\
            "sources":[{"number":1,"chunk_id":"\(SampleTurn.chunk)",\
            "document":{"id":"\(SampleTurn.document)","title":"Whales","filename":"whales.md","media_type":"text/markdown"},\
            "title":"Whales","slug":"whales","creator_name":"Ishmael","topic_category":null,"summary":"Whales sing.\\nFar.",\
            "content":"Whales sing.\\nFar.","section_heading":"Song","section_anchor":null,"page":3,"start":10,"end":27,"score":1.5}],\
            "citations":[{"number":1,"cited_number":2,"start":0,"end":15,"status":"repaired","support":0.75,\
            "quote":{"chunk_id":"\(SampleTurn.chunk)","document_id":"\(SampleTurn.document)","page":null,"start":10,"end":22,\
            "text":"Whales sing."}}]}}

            data: [DONE]


            """
        #expect(stream(SampleTurn.answer) == wanted)
    }

    @Test func anAnswerWithoutDocumentsCarriesNothingOfOurs() {
        let events: [TurnEvent] = [.delta("Hello"), SampleTurn.ended(.stop)]
        let wanted = chunk("\"role\":\"assistant\",\"content\":\"Hello\"") + chunk("", finish: "\"stop\"") + "data: [DONE]\n\n"
        #expect(stream(events) == wanted)
    }

    @Test func usageComesLastWhereItIsAskedFor() {
        let events: [TurnEvent] = [.delta("x"), .done(SampleTurn.done)]
        let usage = "data: {\(head),\"choices\":[],\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":5,\"total_tokens\":12}}\n\n"
        let start = chunk("\"role\":\"assistant\",\"content\":\"x\"") + chunk("", finish: "\"stop\"")
        #expect(stream(events, usage: true) == start + usage + "data: [DONE]\n\n")
        #expect(stream(events) == start + "data: [DONE]\n\n")
        let unknown: [TurnEvent] = [.delta("x"), SampleTurn.ended(.stop)]
        #expect(stream(unknown, usage: true) == start + "data: [DONE]\n\n")
    }

    @Test func reasonsToEndAreOpenAIs() {
        #expect(stream([SampleTurn.ended(.length)]).hasPrefix(chunk("", finish: "\"length\"")))
        #expect(stream([SampleTurn.ended(.stopped)]).hasPrefix(chunk("", finish: "\"stop\"")))
    }

    @Test func chunksOfAProviderGetThisStreamsName() {
        let call: JSONValue = [
            "id": "theirs", "object": "chat.completion.chunk", "created": 1, "model": "theirs", "extra": true,
            "choices": [["index": 0, "delta": ["tool_calls": [["index": 0, "id": "call_1"]]], "finish_reason": nil]],
        ]
        let wanted = """
            data: {\(head),"extra":true,\
            "choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"call_1"}]},"finish_reason":null}]}


            """
        #expect(stream([.chunk(call)]) == wanted)
        let ended = stream([.chunk(call), SampleTurn.ended(.stop)])
        #expect(ended == wanted + chunk("", finish: "\"tool_calls\"") + "data: [DONE]\n\n")
    }

    @Test func chunksWithoutCallsDoNotChangeTheEnd() {
        let odd: JSONValue = ["choices": [["delta": ["tool_calls": nil, "logprobs": 1]]]]
        #expect(stream([.chunk(odd), SampleTurn.ended(.stop)]).contains("\"finish_reason\":\"stop\""))
        #expect(stream([.chunk("text")]) == "data: \"text\"\n\n")
    }

    @Test func failuresEndTheStreamWithoutDone() {
        let wanted = """
            data: {"error":{"message":"The model's server cannot be reached.","type":"upstream_error","code":"provider_unavailable",\
            "param":null}}


            """
        #expect(stream([.failed(SampleTurn.failure)]) == wanted)
        let own = TurnFailure(code: "storage_full", message: "Full.", retryable: false)
        #expect(
            stream([.failed(own)])
                == "data: {\"error\":{\"message\":\"Full.\",\"type\":\"server_error\",\"code\":\"storage_full\",\"param\":null}}\n\n")
        let interrupted = stream([SampleTurn.ended(.interrupted)])
        #expect(interrupted.contains("\"code\":\"interrupted\""))
        #expect(!interrupted.contains("[DONE]"))
    }

    @Test func sessionsAndCutsAreNotTold() {
        let opened = SessionOpened(sessionID: session, turnID: turn, created: false)
        #expect(
            stream([
                .session(opened), .sources(SourcesFrozen(turnID: opened.turnID, cascadeTier: .none, sources: [])), .citation(SampleTurn.citation),
                .truncate(length: 3),
            ]).isEmpty)
    }
}
