import Conversation
import JSON
import ServerSentEvents
import Turns

/// A way to write a turn's events for one kind of client.
protocol Dialect: Sendable {
    /// Writes one event; may write nothing, or several blocks.
    mutating func write(_ event: TurnEvent, number: Int, to stream: inout EventStreamWriter)
}

/// What a client asks for by `?dialect=`.
enum DialectName: String, CaseIterable {
    case native, chrysopedia, openai

    /// - Throws: 422 for a name that is not known.
    init(query: String?) throws(Problem) {
        guard let query else {
            self = .native
            return
        }
        guard let name = DialectName(rawValue: query) else {
            throw .invalid("/dialect", "must be one of native, chrysopedia, openai")
        }
        self = name
    }

    func dialect(for stream: TurnStream, model: String) -> any Dialect {
        switch self {
        case .native: NativeDialect(turn: stream.turnID)
        case .chrysopedia: ChrysopediaDialect(session: stream.sessionID, turn: stream.turnID)
        case .openai: OpenAIDialect(turn: stream.turnID, createdAt: stream.createdAt, model: model, includesUsage: false)
        }
    }
}
