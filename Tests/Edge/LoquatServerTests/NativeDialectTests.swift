import Conversation
import JSON
import ServerSentEvents
import Testing
import TimeOrdered
import Turns

@testable import LoquatServer

struct NativeDialectTests {
    private let session = SampleTurn.session
    private let turn = SampleTurn.turn

    private func stream(_ events: TurnEvent...) -> String { SampleTurn.stream(events, in: NativeDialect(turn: turn)) }

    @Test func anAnswerFromDocuments() {
        let wanted = """
            event: session
            id: \(turn):1
            data: {"type":"session","session_id":"\(session)","turn_id":"\(turn)","created":true}

            event: sources
            id: \(turn):2
            data: {"type":"sources","sources":[{"number":1,"chunk_id":"\(SampleTurn.chunk)",\
            "document":{"id":"\(SampleTurn.document)","title":"Whales","filename":"whales.md","media_type":"text/markdown"},\
            "title":"Whales","slug":"whales","creator_name":"Ishmael","topic_category":null,"summary":"Whales sing.\\nFar.",\
            "content":"Whales sing.\\nFar.","section_heading":"Song","section_anchor":null,"page":3,"start":10,"end":27,"score":1.5}],\
            "cascade_tier":"global","evidence":0.75}

            event: delta
            id: \(turn):3
            data: {"type":"delta","delta":"Whales \\"sing\\""}

            event: delta
            id: \(turn):4
            data: {"type":"delta","delta":" [1].\\n"}

            event: citation
            id: \(turn):5
            data: {"type":"citation","number":1,"cited_number":2,"start":0,"end":15,"status":"repaired","support":0.75,\
            "quote":{"chunk_id":"\(SampleTurn.chunk)","document_id":"\(SampleTurn.document)","page":null,"start":10,"end":22,\
            "text":"Whales sing."}}

            event: done
            id: \(turn):6
            data: {"type":"done","done":true,"session_id":"\(session)","turn_id":"\(turn)","finish_reason":"stop",\
            "cascade_tier":"global","usage":{"prompt_tokens":7,"completion_tokens":5,"total_tokens":12},\
            "timings":{"retrieval_ms":1.5,"first_delta_ms":null,"total_ms":40}}


            """
        #expect(SampleTurn.stream(SampleTurn.answer, in: NativeDialect(turn: turn)) == wanted)
    }

    @Test func whatIsCutOffAndWhatFails() {
        let wanted = """
            event: truncate
            id: \(turn):1
            data: {"type":"truncate","length":12}

            event: error
            id: \(turn):2
            data: {"type":"error","code":"provider_unavailable","message":"The model's server cannot be reached.","retryable":true}


            """
        #expect(stream(.truncate(length: 12), .failed(SampleTurn.failure)) == wanted)
    }

    @Test func whatIsNotKnownIsNull() {
        let wanted = """
            event: done
            id: \(turn):1
            data: {"type":"done","done":true,"session_id":"\(session)","turn_id":"\(turn)","finish_reason":"stopped",\
            "cascade_tier":null,"usage":null,"timings":null}


            """
        #expect(stream(SampleTurn.ended(.stopped)) == wanted)
    }

    /// Numbers count what a turn said, so one that this dialect keeps back leaves a gap.
    @Test func chunksOfAProviderAreKeptBack() {
        let text = stream(.delta("a"), .chunk(.object(JSONObject())), .delta("b"))
        let ids = text.split(separator: "\n").map(String.init).filter { $0.hasPrefix("id: ") }
        #expect(ids == ["id: \(turn):1", "id: \(turn):3"])
    }

    @Test func idsMayHaveAnotherBeginning() {
        let text = SampleTurn.stream([.delta("a")], in: NativeDialect(idPrefix: "7:"))
        #expect(text == "event: delta\nid: 7:1\ndata: {\"type\":\"delta\",\"delta\":\"a\"}\n\n")
    }

    /// Whatever a delta holds, it stays one line of data and is read back to the byte.
    @Test(arguments: ["", "\n", "\r\n", "\r", "\u{0}", "\u{2028}", "😀", "\"\\", "data: x\n\nevent: done\n\n", "e\u{301}", "\u{feff}"])
    func deltasArriveUnchanged(text: String) throws {
        var parser = EventStreamParser()
        let events = try parser.feed(stream(.delta(text)).utf8)
        #expect(events.count == 1)
        let event = try #require(events.first)
        let delta = try #require(try JSONParser.parse(event.data.utf8)["delta"]?.string)
        #expect(Array(delta.utf8) == Array(text.utf8))
        #expect(event.name == "delta")
        #expect(event.id == "\(turn):1")
    }
}
