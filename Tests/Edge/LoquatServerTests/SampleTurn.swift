import Conversation
import JSON
import ServerSentEvents
import TimeOrdered
import Turns

@testable import LoquatServer

/// A turn whose every value is known, to write streams of.
enum SampleTurn {
    static let session = UUIDv7(high: 0x0190_0000_0000_7000, low: 0x8000_0000_0000_0001)
    static let turn = UUIDv7(high: 0x0190_0000_0000_7000, low: 0x8000_0000_0000_0002)
    static let chunk = UUIDv7(high: 0x0190_0000_0000_7000, low: 0x8000_0000_0000_0003)
    static let document = UUIDv7(high: 0x0190_0000_0000_7000, low: 0x8000_0000_0000_0004)
    static let createdAt = Timestamp(milliseconds: 1_700_000_000_999)

    static let source = Source(
        number: 1, chunkID: chunk,
        document: Source.Document(id: document, title: "Whales", filename: "whales.md", mediaType: "text/markdown"),
        metadata: JSONObject([.init("slug", .string("whales")), .init("creator", .string("Ishmael"))]), content: "Whales sing.\nFar.",
        sectionHeading: "Song", sectionAnchor: nil, page: 3, start: 10, end: 27, score: 1.5)

    static let citation = Citation(
        number: 1, citedNumber: 2, start: 0, end: 15, status: .repaired, support: 0.75,
        quote: Citation.Quote(chunkID: chunk, documentID: document, page: nil, start: 10, end: 22, text: "Whales sing."))

    static let done = TurnDone(
        sessionID: session, turnID: turn, finishReason: .stop, cascadeTier: .global,
        usage: TokenUsage(promptTokens: 7, completionTokens: 5), timings: TurnTimings(retrievalMs: 1.5, firstDeltaMs: nil, totalMs: 40))

    /// An answer from documents.
    static let answer: [TurnEvent] = [
        .session(SessionOpened(sessionID: session, turnID: turn, created: true)),
        .sources(SourcesFrozen(turnID: turn, cascadeTier: .global, evidence: 0.75, sources: [source])), .delta("Whales \"sing\""),
        .delta(" [1].\n"), .citation(citation), .done(done),
    ]

    static let failure = TurnFailure(code: "provider_unavailable", message: "The model's server cannot be reached.", retryable: true)

    /// The end of a turn that nothing is known of but its reason.
    static func ended(_ reason: FinishReason) -> TurnEvent {
        .done(TurnDone(sessionID: session, turnID: turn, finishReason: reason, cascadeTier: nil, usage: nil, timings: nil))
    }

    /// The bytes of these events, numbered from 1, as text.
    static func stream(_ events: [TurnEvent], in dialect: some Dialect) -> String {
        var dialect = dialect
        var stream = EventStreamWriter()
        for (index, event) in events.enumerated() { dialect.write(event, number: index + 1, to: &stream) }
        return String(decoding: stream.bytes, as: UTF8.self)
    }
}
