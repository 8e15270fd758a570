import Conversation
import JSON
import ServerSentEvents
import Turns

/// Our own events: named, numbered `TURN:N`, with JSON data that repeats the name in `type`.
struct NativeDialect: Dialect {
    private let idPrefix: String

    init(turn: TurnID) { idPrefix = "\(turn):" }

    /// - Parameter idPrefix: what stands before the event's number in its id.
    init(idPrefix: String) { self.idPrefix = idPrefix }

    mutating func write(_ event: TurnEvent, number: Int, to stream: inout EventStreamWriter) {
        guard let (name, data) = Self.data(event) else { return }
        stream.event(name, id: "\(idPrefix)\(number)", data: data)
    }

    /// The event's name and its data; nil for what this dialect does not tell.
    static func data(_ event: TurnEvent) -> (name: String, data: [UInt8])? {
        switch event {
        case .session(let opened): return encoded("session", opened)
        case .sources(let found):
            return encoded(
                "sources", TurnEvents.SourcesEvent(sources: found.sources, cascadeTier: found.cascadeTier, evidence: found.evidence))
        case .delta(let text):
            var writer = JSONWriter(reserving: text.utf8.count + 40)
            writer.raw("{\"type\":\"delta\",\"delta\":")
            writer.string(text)
            writer.raw("}")
            return ("delta", writer.bytes)
        case .citation(let citation): return encoded("citation", citation)
        case .chunk: return nil
        case .truncate(let length): return encoded("truncate", TurnEvents.TruncateEvent(length: length))
        case .done(let done): return encoded("done", done)
        case .failed(let failure): return encoded("error", failure)
        }
    }

    /// The value's members after `type`.
    static func encoded(_ name: String, _ value: some Encodable) -> (name: String, data: [UInt8])? {
        guard case .object(let object) = try? jsonValue(value) else { return nil }  // reason: these are objects of finite numbers
        return (name, JSONValue.object(JSONObject([.init("type", .string(name))] + object.members)).bytes)
    }
}
