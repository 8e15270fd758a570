import Conversation
import Foundation
import Testing
import TimeOrdered

/// What may be found of one command after a restart: all of it or nothing, and of a turn that was begun what was shown of it.
struct CrashCheck {
    let command: CrashCommand
    let setting: CrashSetting
    let keys: [String]
    let before: LogPicture
    /// As the process itself saw it in the end.
    let after: LogPicture

    /// The command did what it is here for.
    func expectDone() throws {
        let session = try #require(after.changed(since: before), "\(command.name) changes something")
        guard let outcome = command.outcome else { return }
        let turns = try #require(after.sessions[session]?.turns)
        #expect(turns.count > before.sessions[session]?.turns.count ?? 0, "\(command.name)")
        #expect(turns.last?.status == outcome, "\(command.name)")
    }

    func expect(at point: FaultPoint) async throws {
        let name = "\(command.name), killed \(point.name)"
        let found = try await Restart.picture(of: point.folder, setting, keys: keys, name)
        if command.outcome == nil {
            expectAllOrNothing(found, point, name)
        } else {
            try expectTurn(found, point, name)
        }
        try FileManager.default.removeItem(atPath: point.folder)
    }

    // Pictures are compared before they are expected to be the same: nobody reads a failure of so many lines.

    /// One commit.
    private func expectAllOrNothing(_ found: LogPicture, _ point: FaultPoint, _ name: String) {
        let isExpected = found == (point.writes == 0 ? before : after)
        let isOther = found == (point.writes == 0 ? after : before)
        #expect(isExpected, "\(name): \(isOther ? "the other of all and nothing" : "something between")")
    }

    /// Several commits, the first of which puts the turn where it belongs.
    private func expectTurn(_ found: LogPicture, _ point: FaultPoint, _ name: String) throws {
        let isUntouched = found == before
        guard let session = after.changed(since: before), let whole = after.sessions[session],
            let committed = point.committed[session], committed > before.sessions[session]?.events.count ?? 0
        else {
            #expect(isUntouched, "\(name): nothing was committed")
            return
        }
        let (others, othersBefore) = (found.others(than: session), before.others(than: session))
        let areSame = others == othersBefore && found.claims == after.claims
        #expect(areSame, "\(name): the other sessions, and the key of the request")
        let part = try #require(found.sessions[session], "\(name)")
        #expect(part.line == whole.line, "\(name)")
        let isKept = part.events.prefix(committed) == whole.events.prefix(committed)
        #expect(isKept && part.events.count >= committed, "\(name): what was acknowledged is there")
        let added = part.events.dropFirst(committed).map(\.kind)
        #expect(added == [] || added == [.assistantMessage, .groupClosed], "\(name)")
        let answer = try #require(whole.turns.last, "\(name)")
        expectRows(part, whole, answer.id, wasOpen: !added.isEmpty, name)
        try expectText(part, whole, answer.id, point, name)
    }

    /// But for how the turn ended, the rows are as if the process had gone on.
    private func expectRows(_ part: LogPicture.Session, _ whole: LogPicture.Session, _ answer: TurnID, wasOpen: Bool, _ name: String) {
        #expect(part.turns.map(\.id) == whole.turns.map(\.id), "\(name)")
        for (row, wanted) in zip(part.turns, whole.turns) {
            var row = row
            if row.id == answer {
                #expect(row.status == (wasOpen ? .interrupted : wanted.status), "\(name)")
                row.status = wanted.status
                row.contentSeq = wanted.contentSeq
                row.sourcesSeq = wanted.sourcesSeq
                row.model = wanted.model
                row.promptVersion = wanted.promptVersion
            }
            #expect(row == wanted, "\(name)")
        }
        var row = part.row
        row.updatedAt = whole.row.updatedAt
        row.lastMessageAt = whole.row.lastMessageAt
        row.runningTurnID = whole.row.runningTurnID
        row.headSeq = whole.row.headSeq
        row.headHash = whole.row.headHash
        #expect(row == whole.row, "\(name)")
    }

    /// All that was shown is there, and nothing that the answer does not say.
    private func expectText(
        _ part: LogPicture.Session, _ whole: LogPicture.Session, _ answer: TurnID, _ point: FaultPoint, _ name: String
    ) throws {
        let kept = try #require(try part.message(of: answer), "\(name)").content
        let shown = point.spooled[answer] ?? ""
        let said = try whole.message(of: answer)?.content ?? shown
        #expect(kept.utf8.starts(with: shown.utf8), "\(name): \(kept.debugDescription) after \(shown.debugDescription) was shown")
        #expect(said.utf8.starts(with: kept.utf8), "\(name): \(kept.debugDescription) of \(said.debugDescription)")
    }
}
