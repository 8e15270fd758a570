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
    /// - Parameter base: the line that the turn follows.
    init(to base: LineEnd, of session: SessionID, in log: any LogStore, pairs: Int) async throws {
        var found: [DocumentPrompt.Pair] = []
        var questions: [String] = []
        guard let head = base.turnID else {
            (self.pairs, said) = ([], [])
            return
        }
        // Turns may have no text, as when a provider was down: where too few have, more of them are looked at once.
        for limit in [2 * pairs + 4, 10 * (2 * pairs + 4)] {
            let turns = try await log.line(to: head, of: session, depths: max(0, base.length - limit)..<base.length)
            (found, questions) = try await Self.read(turns, of: session, in: log)
            if found.count >= pairs || turns.count < limit { break }
        }
        let opening = try await log.line(to: head, of: session, depths: 0..<1)
        let first = try await Self.read(opening, of: session, in: log).questions
        self.pairs = found.suffix(pairs)
        said = questions.first == first.first ? questions : first + questions
    }

    private static func read(
        _ turns: [TurnRow], of session: SessionID, in log: any LogStore
    ) async throws -> (pairs: [DocumentPrompt.Pair], questions: [String]) {
        var questions: [TurnID: String] = [:]
        var order: [String] = []
        var pairs: [DocumentPrompt.Pair] = []
        let hidden = Set(turns.filter(\.isHidden).map(\.id))
        for event in try await log.events(of: session, seqs: turns.compactMap(\.contentSeq)) {
            switch try event.decodedPayload() {
            case .userMessage(let message):
                guard !hidden.contains(message.turnID) else { continue }
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

/// Where a line ends.
struct LineEnd: Sendable, Hashable {
    let turnID: TurnID?
    /// Turns on the line.
    let length: Int

    init(of session: SessionRow) {
        turnID = session.headTurnID
        length = session.messageCount
    }

    /// The line before a turn.
    init(before turn: TurnRow) {
        turnID = turn.parentID
        length = turn.depth
    }

    /// A line that has not begun.
    static let beginning = LineEnd(turnID: nil, length: 0)

    private init(turnID: TurnID?, length: Int) {
        self.turnID = turnID
        self.length = length
    }
}
