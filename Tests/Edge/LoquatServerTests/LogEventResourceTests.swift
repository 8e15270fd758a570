import Conversation
import JSON
import Testing
import TimeOrdered

@testable import LoquatServer

struct LogEventResourceTests {
    @Test func theDeepestRequestIsShown() throws {
        let depth = JSONParser.defaultDepthLimit
        let text = String(repeating: #"{"a":"#, count: depth) + "1" + String(repeating: "}", count: depth)
        let id = UUIDv7Generator().next()
        let payload = EventPayload.userMessage(UserMessage(turnID: id, content: "", request: try JSONParser.parse(text.utf8).object))
        let event = LogEvent(
            sessionID: id, seq: 2, kind: .userMessage, payload: try payload.encoded(), group: id, createdAt: Timestamp(milliseconds: 0),
            hash: .beginning(of: id))
        #expect(try LogEventResource(event).payload["request"]?.text == text)
    }
}
