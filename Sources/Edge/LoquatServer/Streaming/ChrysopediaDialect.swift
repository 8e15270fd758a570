import Conversation
import JSON
import ServerSentEvents
import TimeOrdered
import Turns

/// The events that Chrysopedia's page knows: `sources` as a list, `token` with bare text, `done`, `error`.
struct ChrysopediaDialect: Dialect {
    let session: SessionID
    let turn: TurnID

    mutating func write(_ event: TurnEvent, number: Int, to stream: inout EventStreamWriter) {
        let id = "\(turn):\(number)"
        switch event {
        case .sources(let found): stream.event("sources", id: id, data: JSONValue.array(found.sources.map(Self.metadata)).bytes)
        case .delta(let text): stream.event("token", id: id, data: Array(text.utf8))
        case .done(let done):
            let tier = done.cascadeTier?.rawValue ?? ""
            let data: JSONValue = ["cascade_tier": .string(tier), "conversation_id": .string(session.description)]
            stream.event("done", id: id, data: data.bytes)
        case .failed(let failure):
            let data: JSONValue = ["message": .string(failure.message), "code": .string(failure.code)]
            stream.event("error", id: id, data: data.bytes)
        case .session, .citation, .chunk, .truncate: break
        }
    }

    private static func metadata(_ source: Source) -> JSONValue {
        [
            "number": .number(JSONNumber(source.number)), "title": .string(source.title), "slug": .string(source.slug ?? ""),
            "creator_name": .string(source.creatorName ?? ""), "topic_category": .string(source.topicCategory ?? ""),
            "summary": .string(source.summary), "section_anchor": .string(source.sectionAnchor ?? ""),
            "section_heading": .string(source.sectionHeading ?? ""),
        ]
    }
}
