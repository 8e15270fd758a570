package import Conversation
package import Logging

/// Closes the turns that were running when the process ended: with the text that was shown, marked as interrupted.
package enum TurnRecovery {
    /// Returns how many turns were closed.
    package static func run(log: any LogStore, spool: any TurnSpool, logger: Logger) async throws -> Int {
        let spooled = spool.recovered()
        let open = try await log.openTurns()
        var left: Set<TurnID> = []
        for turn in open {
            let shown = spooled[turn.turn.id] ?? []
            var recorder = AnswerRecorder()
            for event in shown { recorder.record(event) }
            let message = AssistantMessage(
                turnID: turn.turn.id, userTurnID: turn.turn.userTurnID ?? turn.turn.id, content: recorder.text, status: .interrupted,
                finishReason: .interrupted, failure: nil, model: nil, citations: recorder.citations, recording: recorder.recording,
                usage: nil, timings: nil)
            do {
                _ = try await log.append(
                    AppendBatch(
                        sessionID: turn.session,
                        drafts: [
                            EventDraft(.assistantMessage(message), group: turn.turn.id),
                            EventDraft(.groupClosed(GroupClosed(outcome: .interrupted)), group: turn.turn.id),
                        ]))
            } catch LogError.damaged(_, _, let reason) {
                // One session that is damaged keeps nobody from the others; its text stays in the spool.
                logger.error("a turn could not be closed", metadata: ["session": "\(turn.session)", "reason": "\(reason)"])
                left.insert(turn.turn.id)
            }
        }
        for id in spooled.keys where !left.contains(id) { spool.release(id) }
        if !open.isEmpty { logger.notice("closed interrupted turns", metadata: ["turns": "\(open.count)"]) }
        return open.count
    }
}
