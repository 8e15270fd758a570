import Conversation
import JSON
import TestSupport
import TimeOrdered
import Turns

/// Events such as turns are made of.
enum SampleEvents {
    private static let texts = ["a", " word", "🍊", "e\u{301}", "\u{301}", "\r", "\n", "\r\n", "\u{0}", "👩‍👩‍👧", "日本", "[1]", "\"\\"]

    static func text(_ random: inout SeededRandom) -> String {
        (0..<Int.random(in: 1...3, using: &random)).map { _ in texts.randomElement(using: &random) ?? "" }.joined()
    }

    static func citation(_ random: inout SeededRandom) -> Citation {
        let start = Int.random(in: 0..<100, using: &random)
        return Citation(
            number: Bool.random(using: &random) ? 1 : nil, citedNumber: Bool.random(using: &random) ? 2 : nil, start: start, end: start + 5,
            status: .verified, support: Double(Int.random(in: 0...1000, using: &random)) / 1000, quote: nil)
    }

    static func chunk(_ random: inout SeededRandom) -> JSONValue {
        ["choices": [["delta": ["tool_calls": .string(text(&random))]]], "n": .number(JSONNumber(Int.random(in: 0..<9, using: &random)))]
    }

    /// What an answer may consist of, in any order.
    static func answer(_ random: inout SeededRandom) -> [TurnEvent] {
        (0..<Int.random(in: 0...30, using: &random)).map { _ in
            switch Int.random(in: 0..<4, using: &random) {
            case 0: .citation(citation(&random))
            case 1: .chunk(chunk(&random))
            default: .delta(text(&random))
            }
        }
    }

    static func source(_ number: Int, _ content: String, ids: UUIDv7Generator) -> Source {
        Source(
            number: number, chunkID: ids.next(), document: .init(id: ids.next(), title: "T", filename: nil, mediaType: "text/plain"),
            metadata: [:], content: content, sectionHeading: nil, sectionAnchor: nil, page: nil, start: 0,
            end: content.unicodeScalars.count, score: 1)
    }

    static func done(_ session: SessionID, _ turn: TurnID, _ reason: FinishReason = .stop) -> TurnEvent {
        .done(TurnDone(sessionID: session, turnID: turn, finishReason: reason, cascadeTier: nil, usage: nil, timings: nil))
    }
}
