import Conversation
import Generation

/// The conversation before a turn.
struct History {
    /// The last pairs that have both a question and text in answer, oldest first, for a prompt.
    let pairs: [DocumentPrompt.Pair]
    /// What the user said, oldest first, as far as a search may lean on it: the first turn, and the last ones.
    let said: [String]

    /// What a client sent along.
    init(_ pairs: [DocumentPrompt.Pair], limit: Int) {
        self.pairs = pairs.suffix(limit)
        said = pairs.map(\.user)
    }

    /// A read that fails is an error, never an empty history.
    /// - Parameter current: the user's turn that is being answered, which may or may not be in the log already.
    init(of session: SessionRow, before current: TurnID, in log: any LogStore, pairs: Int) async throws {
        var found: [DocumentPrompt.Pair] = []
        var questions: [String] = []
        // Turns may have no text, as when a provider was down: where too few have, more of them are looked at once.
        for limit in [2 * pairs + 4, 10 * (2 * pairs + 4)] {
            let turns = try await log.lastTurns(of: session.id, limit: limit)
            (found, questions) = try await Self.read(turns, before: current, of: session, in: log)
            if found.count >= pairs || turns.count < limit { break }
        }
        let opening = try await log.turns(of: session.id, after: 0, limit: 1)
        let first = try await Self.read(opening, before: current, of: session, in: log).questions
        self.pairs = found.suffix(pairs)
        said = questions.first == first.first ? questions : first + questions
    }

    private static func read(
        _ turns: [TurnRow], before current: TurnID, of session: SessionRow, in log: any LogStore
    ) async throws -> (pairs: [DocumentPrompt.Pair], questions: [String]) {
        var questions: [TurnID: String] = [:]
        var order: [String] = []
        var pairs: [DocumentPrompt.Pair] = []
        for event in try await log.events(of: session.id, seqs: turns.compactMap(\.contentSeq)) {
            switch try event.decodedPayload() {
            case .userMessage(let message):
                guard message.turnID != current else { continue }
                questions[message.turnID] = message.content
                order.append(message.content)
            case .assistantMessage(let message):
                guard !message.content.isEmpty, let question = questions[message.userTurnID] else { continue }
                pairs.append(DocumentPrompt.Pair(user: question, assistant: message.content))
            default: break
            }
        }
        return (pairs, order)
    }
}
