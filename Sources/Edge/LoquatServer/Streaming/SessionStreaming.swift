import Conversation
import HTMLText
import Hummingbird
import JSON
import NIOCore
import SchemaReflection
import ServerSentEvents
import TimeOrdered
import Turns

/// A session as it goes on: turns as they begin and end, and the events of those that run. Ids are `SEQ:N`: the log's seq, and within
/// a turn the number of its event.
struct SessionStreaming: Sendable {
    private static let batch = 200

    let session: SessionID
    let owner: UUIDv7
    let log: any LogStore
    let turns: TurnRunner
    let feed: SessionFeed

    /// - Parameters:
    ///   - seq: the event that was seen last.
    ///   - number: how many events of the turn that it began were seen; nil for a client that has seen nothing.
    func response(after seq: Int, number: Int?) -> Response {
        Response(
            status: .ok, headers: Response.eventStreamHeaders,
            body: ResponseBody { writer in
                let signals = feed.signals(of: session)
                var cursor = seq
                if let number { try await resume(turnBegunAt: seq, after: number, &writer) }
                try await catchUp(&cursor, &writer)
                var silent = true
                for await signal in signals {
                    let before = cursor
                    try await catchUp(&cursor, &writer)
                    silent = before == cursor
                    // A deleted session says nothing more.
                    if silent, try await log.session(session, of: owner) == nil { break }
                    if case .idle = signal, silent { try await Response.writeSignOfLife(&writer) }
                }
                try await writer.finish(nil)
            })
    }

    private func catchUp(_ cursor: inout Int, _ writer: inout any ResponseBodyWriter) async throws {
        while true {
            let events = try await log.events(of: session, after: cursor, limit: Self.batch)
            guard !events.isEmpty else { return }
            for event in events {
                cursor = event.seq
                try await tell(event, &writer)
            }
        }
    }

    private func tell(_ event: LogEvent, _ writer: inout any ResponseBodyWriter) async throws {
        switch try event.decodedPayload() {
        case .userMessage(let message):
            try await turn(message.turnID, "user", MarkdownRenderer.html(message.content), event, &writer)
        case .turnOpened(let opened):
            try await turn(opened.turnID, "assistant", "", event, &writer)
            if let (stream, _) = try await TurnLookup(log: log, turns: turns).stream(of: opened.turnID, in: session) {
                try await follow(stream, begunAt: event.seq, after: 0, &writer)
            }
        case .assistantMessage(let message):
            try await turn(message.turnID, "assistant", AnswerHTML.html(message.content, message.citations), event, &writer)
        case .sessionCreated, .sessionUpdated, .sourcesFrozen, .groupClosed, .audit: break
        }
    }

    private struct TurnData: Codable, SchemaFields {
        let turnID: UUIDv7
        let role: String
        let speakerID: UUIDv7?
        let html: String

        static let schemaName = "TurnEvent"
        static let fields: [String: FieldRule] = [
            "turn_id": .note("The turn."), "role": .oneOf("Who speaks.", ["user", "assistant"]), "speaker_id": .note("The character, in a scene."),
            "html": .note("Its text rendered; empty where it begins."),
        ]
    }

    /// As the document tells it.
    static let turnEvent = TurnEvents.event("turn", "A turn began or ended.", TurnData.self)

    private func turn(
        _ id: TurnID, _ role: String, _ html: String, _ event: LogEvent, _ writer: inout any ResponseBodyWriter
    ) async throws {
        let value = TurnData(turnID: id, role: role, speakerID: nil, html: html)
        guard let (name, data) = NativeDialect.encoded("turn", value) else { return }
        var output = EventStreamWriter(reserving: data.count + 64)
        output.event(name, id: "\(event.seq):0", data: data)
        try await writer.write(ByteBuffer(bytes: output.bytes))
    }

    /// A client that was cut off inside a turn gets the rest of it, whether it still runs or not.
    private func resume(turnBegunAt seq: Int, after number: Int, _ writer: inout any ResponseBodyWriter) async throws {
        guard let event = try await log.events(of: session, seqs: [seq]).first, case .turnOpened(let opened) = try event.decodedPayload(),
            let (stream, _) = try await TurnLookup(log: log, turns: turns).stream(of: opened.turnID, in: session)
        else { return }
        try await follow(stream, begunAt: seq, after: number, &writer)
    }

    private func follow(_ stream: TurnStream, begunAt seq: Int, after number: Int, _ writer: inout any ResponseBodyWriter) async throws {
        var dialect = NativeDialect(idPrefix: "\(seq):")
        var seen = number
        while true {
            var output = EventStreamWriter(reserving: 1024)
            switch await stream.next(after: seen) {
            case .ended: return
            case .idle: output.comment(" still here")
            case .events(let events):
                for event in events {
                    seen += 1
                    dialect.write(event, number: seen, to: &output)
                }
            }
            if !output.bytes.isEmpty { try await writer.write(ByteBuffer(bytes: output.bytes)) }
        }
    }
}
