package import Conversation
import TimeOrdered

/// Changes the lines of sessions: each change is one event, and nothing is lost by it.
package struct LineService: Sendable {
    /// How often a change is tried again that something else came before.
    private static let attempts = 20
    private static let eventsAtOnce = 500

    let log: any LogStore
    private let turns: TurnRunner

    package init(log: any LogStore, turns: TurnRunner) {
        self.log = log
        self.turns = turns
    }

    /// A session after a change, and the event that made it; nil where there was nothing to change.
    package struct Change: Sendable {
        package let session: SessionRow
        package let event: LogEvent?
    }

    /// Takes the line back to one of its turns.
    package func rewind(_ session: SessionRow, to turn: TurnID) async throws -> Change {
        try await change(session) { session in
            guard let target = try await log.turn(turn, of: session.id), let head = session.headTurnID else { throw LogError.noSession(session.id) }
            guard try await isOnLine(target, of: session) else { throw LineRefusal.notOnLine }
            return .lineRewound(LineRewound(branch: session.branch, turnID: target.id, fromTurnID: head))
        }
    }

    /// Undoes a rewinding.
    /// - Parameter seq: of its event.
    package func restore(_ session: SessionRow, rewound seq: Int) async throws -> Change {
        try await change(session) { session in
            guard let event = try await log.events(of: session.id, seqs: [seq]).first else { throw LogError.noSession(session.id) }
            guard case .lineRewound(let rewound) = try event.decodedPayload(),
                try await name(of: rewound.branch, since: seq, session) == session.branch
            else { throw LineRefusal.notRewound }
            return session.headTurnID == rewound.fromTurnID ? nil : .lineRestored(LineRestored(rewound: seq, turnID: rewound.fromTurnID))
        }
    }

    /// What a branch of an earlier event is called now.
    private func name(of branch: String, since seq: Int, _ session: SessionRow) async throws -> String {
        guard branch != Branch.main else { return branch }
        var (name, last) = (branch, seq)
        while last < session.headSeq {
            let events = try await log.events(of: session.id, after: last, limit: Self.eventsAtOnce)
            guard let end = events.last else { break }
            for event in events where event.kind == .branchRenamed {
                if case .branchRenamed(let renamed) = try event.decodedPayload(), renamed.name == name { name = renamed.newName }
            }
            last = end.seq
        }
        return name
    }

    /// Makes a version of a turn current, with what had followed it.
    package func select(_ session: SessionRow, _ turn: TurnID) async throws -> Change {
        try await change(session) { session in
            guard let target = try await log.turn(turn, of: session.id) else { throw LogError.noSession(session.id) }
            if try await isOnLine(target, of: session) { return nil }
            return .turnSelected(TurnSelected(turnID: target.id, headTurnID: try await log.lineEnd(through: target.id, of: session.id)))
        }
    }

    package func createBranch(_ session: SessionRow, at turn: TurnID, named name: String) async throws -> Change {
        try await change(session) { session in
            guard try await log.turn(turn, of: session.id) != nil else { throw LogError.noSession(session.id) }
            guard !session.lines.contains(where: { $0.name == name }) else { throw LineRefusal.nameTaken }
            guard session.lines.count < Branch.limit else { throw LineRefusal.tooManyBranches(limit: Branch.limit) }
            return .branchCreated(BranchCreated(name: name, turnID: turn))
        }
    }

    package func renameBranch(_ session: SessionRow, _ name: String, to newName: String) async throws -> Change {
        try await change(session) { session in
            guard session.lines.contains(where: { $0.name == name }) else { throw LineRefusal.noSuchBranch }
            if name == newName { return nil }
            guard name != Branch.main else { throw LineRefusal.mainKeepsItsName }
            guard !session.lines.contains(where: { $0.name == newName }) else { throw LineRefusal.nameTaken }
            return .branchRenamed(BranchRenamed(name: name, newName: newName))
        }
    }

    package func switchBranch(_ session: SessionRow, to name: String) async throws -> Change {
        try await change(session) { session in
            guard session.lines.contains(where: { $0.name == name }) else { throw LineRefusal.noSuchBranch }
            return session.branch == name ? nil : .branchSwitched(BranchSwitched(name: name))
        }
    }

    package func hide(_ session: SessionRow, _ turn: TurnID, _ hidden: Bool) async throws -> Change {
        try await change(session) { session in
            guard let row = try await log.turn(turn, of: session.id) else { throw LogError.noSession(session.id) }
            let message = try await log.turn(row.userTurnID ?? row.id, of: session.id)
            return message?.isHidden == hidden ? nil : .turnHidden(TurnHidden(turnID: turn, hidden: hidden))
        }
    }

    private func change(_ session: SessionRow, _ make: (SessionRow) async throws -> EventPayload?) async throws -> Change {
        try await turns.changingLine(of: session.id) {
            for attempt in 1... {
                guard let current = try await log.session(session.id, of: session.userID) else { break }
                guard let payload = try await make(current) else { return Change(session: current, event: nil) }
                do {
                    let batch = AppendBatch(sessionID: session.id, drafts: [EventDraft(payload)], after: current.headSeq)
                    let event = try await log.append(batch).last
                    turns.feed.changed(session.id)
                    guard let changed = try await log.session(session.id, of: session.userID) else { break }
                    return Change(session: changed, event: event)
                } catch LogError.changedMeanwhile where attempt < Self.attempts {
                    continue
                }
            }
            throw LogError.noSession(session.id)
        }
    }
}
