import Conversation
import Generation

/// The conversation before a turn, as pairs for its prompt.
enum History {
    /// The last pairs that have both a question and text in answer, oldest first. A read that fails is an error, never an empty history.
    static func load(from log: any LogStore, session: SessionRow?, pairs: Int) async throws -> [DocumentPrompt.Pair] {
        guard let session, pairs > 0 else { return [] }
        var found: [DocumentPrompt.Pair] = []
        // Turns may have no text, as when a provider was down: where too few have, more of them are looked at once.
        for limit in [2 * pairs + 2, 10 * (2 * pairs + 2)] {
            let turns = try await log.lastTurns(of: session.id, limit: limit)
            found = try Self.pairs(in: await log.events(of: session.id, seqs: turns.compactMap(\.contentSeq)))
            if found.count >= pairs || turns.count < limit { break }
        }
        return found.suffix(pairs)
    }

    private static func pairs(in events: [LogEvent]) throws -> [DocumentPrompt.Pair] {
        var questions: [TurnID: String] = [:]
        var result: [DocumentPrompt.Pair] = []
        for event in events {
            switch try event.decodedPayload() {
            case .userMessage(let message): questions[message.turnID] = message.content
            case .assistantMessage(let message):
                guard !message.content.isEmpty, let question = questions[message.userTurnID] else { continue }
                result.append(DocumentPrompt.Pair(user: question, assistant: message.content))
            default: break
            }
        }
        return result
    }
}
