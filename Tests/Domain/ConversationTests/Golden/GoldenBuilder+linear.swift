import Conversation
import TimeOrdered
import JSON

extension GoldenBuilder {
    /// What was written before a session had more than one line: none of the fields and kinds that came with lines.
    static func linear() throws -> GoldenBuilder {
        var log = GoldenBuilder(1)
        let (first, second, third, fourth) = (log.exchange(), log.exchange(), log.exchange(), log.exchange())
        try log.append([
            log.created("What is a \"loquat\"? 🍊", collection: log.workspace, metadata: ["camelCase": [1, nil, true], "a": ["b": "c"]]),
            log.asking(first, "What is a \"loquat\"? 🍊\nTell me\u{0}all.", metadata: ["from": "page"]), log.opening(first, createsSession: true),
        ])
        try log.append([log.freezing(first, evidence: 0.913)])
        try log.append(log.citedAnswer(first))
        // The process ended while this one was shown; the next one closed it.
        try log.append([log.asking(second, "And where does it grow?"), log.opening(second)])
        try log.append([log.freezing(second)])
        try log.append(log.plainAnswer(second, "It grows on", .interrupted, .interrupted, model: nil))
        try log.append(.sessionUpdated(SessionUpdated(title: "Loquats", pinned: true)))
        let request: JSONObject = ["model": "gpt", "messages": [["role": "user", "content": "Call it."]], "n": 1]
        try log.append([log.asking(third, "Call it.", request: request), log.opening(third)])
        try log.append(
            log.plainAnswer(third, "Calling", .complete, .length, model: "gpt", chunks: [["choices": [["delta": ["tool_calls": [nil]]]]]]))
        try log.append([log.asking(fourth, ""), log.opening(fourth)])
        let failure = TurnFailure(code: "provider_unavailable", message: "No model answers.", retryable: true)
        try log.append(log.plainAnswer(fourth, "", .failed, nil, failure: failure))
        try log.append(.sessionUpdated(SessionUpdated(metadata: [:], archived: true, leavesCollection: true)))
        return log
    }

    /// A session that another one was branched into: what was said there stands at its beginning, with the times that it had.
    static func copied() throws -> GoldenBuilder {
        var log = GoldenBuilder(3)
        let (first, second, own) = (log.exchange(), log.exchange(), log.exchange())
        var parts = [log.asking(first, "What is a loquat?"), log.opening(first, createsSession: true), log.freezing(first, evidence: 0.5)]
        parts += log.citedAnswer(first, promptVersion: "7f3a")
        parts += [log.asking(second, "And where does it grow?"), log.opening(second)]
        parts += log.plainAnswer(second, "It grows on", .stopped, .stopped)
        var copies: [EventDraft] = []
        for part in parts {
            // A message belongs to no group in a copy.
            let group = part.payload.kind == .userMessage ? nil : part.group
            copies.append(EventDraft(part.payload, group: group, createdAt: log.time(Int64(copies.count) - 5_000_000)))
        }
        let created = SessionCreated(
            userID: log.user, workspaceID: log.workspace, kind: .chat, title: "Branch", collectionID: nil, metadata: [:],
            branchedFrom: BranchPoint(sessionID: log.ids.next(), turnID: log.ids.next()), copiedEvents: copies.count + 2)
        try log.append([EventDraft(.sessionCreated(created)), EventDraft(.sessionUpdated(SessionUpdated(title: "Branch")))] + copies)
        try log.append([log.asking(own, "Go on.", asked: Asked(topK: 5)), log.opening(own)])
        try log.append(log.citedAnswer(own, promptVersion: "7f3a"))
        return log
    }

    /// A workspace's own log.
    static func workspaceLog() throws -> GoldenBuilder {
        var log = GoldenBuilder(4)
        let login = AuditRecord(actorID: nil, actorCredential: nil, action: .loginFailed, targetKind: .workspace, targetID: nil, address: "::1")
        let role = AuditRecord(
            actorID: log.user, actorCredential: "socket", action: .roleChanged, targetKind: .user, targetID: log.workspace,
            details: ["from": "member", "to": "admin"])
        var deletion = AuditRecord(
            actorID: log.user, actorCredential: "key:1", action: .sessionDeleted, targetKind: .session, targetID: log.ids.next())
        deletion.usage = [
            UsageRow(date: log.day, userID: log.user, model: "llama-3.1", sum: UsageSum(turns: 2, promptTokens: 240, completionTokens: 16)),
            UsageRow(date: log.day, userID: log.user, model: nil, sum: UsageSum(turns: 1)),
        ]
        try log.append(AuditRecord.batch([login], in: log.session, isNew: true).drafts)
        try log.append(AuditRecord.batch([role, deletion], in: log.session, isNew: false).drafts)
        return log
    }
}
