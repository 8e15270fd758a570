import Conversation
import JSON
import ServerSentEvents
import Testing
import TimeOrdered
import Turns

@testable import LoquatServer

struct ChrysopediaDialectTests {
    private let session = SampleTurn.session
    private let turn = SampleTurn.turn

    private func stream(_ events: [TurnEvent]) -> String {
        SampleTurn.stream(events, in: ChrysopediaDialect(session: session, turn: turn))
    }

    @Test func anAnswerFromDocuments() {
        let wanted = """
            event: sources
            id: \(turn):2
            data: [{"number":1,"title":"Whales","slug":"whales","creator_name":"Ishmael","topic_category":"",\
            "summary":"Whales sing.\\nFar.","section_anchor":"","section_heading":"Song"}]

            event: token
            id: \(turn):3
            data: Whales "sing"

            event: token
            id: \(turn):4
            data:  [1].
            data:\(" ")

            event: done
            id: \(turn):6
            data: {"cascade_tier":"global","conversation_id":"\(session)"}


            """
        #expect(stream(SampleTurn.answer) == wanted)
    }

    @Test func failuresAreTold() {
        let wanted = """
            event: error
            id: \(turn):1
            data: {"message":"The model's server cannot be reached.","code":"provider_unavailable"}


            """
        #expect(stream([.failed(SampleTurn.failure)]) == wanted)
    }

    @Test func whatIsNotKnownIsEmpty() {
        #expect(stream([.sources(SourcesFrozen(turnID: turn, cascadeTier: .none, sources: []))]) == "event: sources\nid: \(turn):1\ndata: []\n\n")
        #expect(stream([SampleTurn.ended(.stop)]).contains("\"cascade_tier\":\"\""))
    }

    @Test func theRestIsKeptBack() {
        let opened = SessionOpened(sessionID: session, turnID: turn, created: false)
        let events: [TurnEvent] = [.session(opened), .citation(SampleTurn.citation), .chunk(.null), .truncate(length: 1)]
        #expect(stream(events).isEmpty)
    }

    @Test(arguments: ["", " ", "a", " a\n b\n", "\n\n", "\u{0}", "😀", ": x", "data: y\n\nevent: done\n\n"])
    func tokensArriveUnchanged(text: String) throws {
        var parser = EventStreamParser()
        let events = try parser.feed(stream([.delta(text)]).utf8)
        #expect(events == [StreamedEvent(name: "token", data: text, id: "\(turn):1")])
    }
}
