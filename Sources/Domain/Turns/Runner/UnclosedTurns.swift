import Conversation
import Synchronization

/// Ends of turns that the log could not take, kept until it does. Those that are not kept, and all where the process ends before, the next
/// start closes by what the spool has.
final class UnclosedTurns: Sendable {
    /// Ends that are kept at the most, and bytes of their texts.
    private static let limit = 1_000
    private static let byteLimit = 64 << 20

    private struct State {
        var batches: [TurnID: AppendBatch] = [:]
        var bytes = 0
    }

    private let state = Mutex(State())

    /// - Parameter failure: what its watchers were told.
    func add(_ message: AssistantMessage, of session: SessionID, _ failure: TurnFailure) {
        let failed = AssistantMessage(
            turnID: message.turnID, userTurnID: message.userTurnID, content: message.content, status: .failed, finishReason: nil,
            failure: failure, model: message.model, promptVersion: message.promptVersion, citations: message.citations,
            recording: message.recording, usage: message.usage, timings: message.timings)
        let batch = AppendBatch(
            sessionID: session,
            drafts: [
                EventDraft(.assistantMessage(failed), group: message.turnID),
                EventDraft(.groupClosed(GroupClosed(outcome: .failed)), group: message.turnID),
            ])
        state.withLock { state in
            let bytes = state.bytes + message.content.utf8.count
            guard state.batches.count < Self.limit, bytes <= Self.byteLimit else { return }
            state.batches[message.turnID] = batch
            state.bytes = bytes
        }
    }

    var all: [TurnID: AppendBatch] { state.withLock { $0.batches } }

    func remove(_ turn: TurnID) {
        state.withLock { state in
            let batch = state.batches.removeValue(forKey: turn)
            guard case .assistantMessage(let message)? = batch?.drafts.first?.payload else { return }
            state.bytes -= message.content.utf8.count
        }
    }
}
