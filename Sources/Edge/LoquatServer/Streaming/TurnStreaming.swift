import Conversation
import HTTPTypes
import Hummingbird
import NIOCore
import ServerSentEvents
import Turns

extension Response {
    /// Headers of every event stream.
    static var eventStreamHeaders: HTTPFields {
        [
            .contentType: "text/event-stream", .cacheControl: "no-cache", HTTPField.Name("X-Accel-Buffering")!: "no",
        ]
    }

    /// Keeps a quiet stream open through whatever stands between.
    static func writeSignOfLife(_ writer: inout any ResponseBodyWriter) async throws {
        var output = EventStreamWriter()
        output.comment(" still here")
        try await writer.write(ByteBuffer(bytes: output.bytes))
    }

    /// A turn as it goes on, from the event after number `count`. All that is there at once is written at once.
    static func turn(_ stream: TurnStream, after count: Int, dialect: any Dialect) -> Response {
        Response(
            status: .ok, headers: eventStreamHeaders,
            body: ResponseBody { writer in
                var dialect = dialect
                var seen = 0
                if let lost = stream.lostEvents(after: count) {
                    var output = EventStreamWriter()
                    for event in lost { dialect.write(event, number: stream.eventCount, to: &output) }
                    try await writer.write(ByteBuffer(bytes: output.bytes))
                    return try await writer.finish(nil)
                }
                // A dialect may need what was before: it is told all, and only what is new is written.
                while true {
                    var output = EventStreamWriter(reserving: 1024)
                    switch await stream.next(after: seen) {
                    case .ended: return try await writer.finish(nil)
                    case .idle: output.comment(" still here")
                    case .events(let events):
                        for event in events {
                            seen += 1
                            if seen > count {
                                dialect.write(event, number: seen, to: &output)
                            } else {
                                var unseen = EventStreamWriter(reserving: 0)
                                dialect.write(event, number: seen, to: &unseen)
                            }
                        }
                    }
                    if !output.bytes.isEmpty { try await writer.write(ByteBuffer(bytes: output.bytes)) }
                }
            })
    }
}

/// `TURN:N` or `SEQ:N` as a client sends it back.
struct StreamPosition {
    let scope: String
    let number: Int

    init?(_ text: String?) {
        guard let text, let colon = text.lastIndex(of: ":"), let number = Int(text[text.index(after: colon)...]), number >= 0 else { return nil }
        scope = String(text[..<colon])
        self.number = number
    }
}
