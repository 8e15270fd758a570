import Conversation
import Testing
import TimeOrdered
import Turns
import TurnsTesting

/// Something that a user does to the session.
struct CrashCommand: Sendable {
    let name: String
    /// How the turn ends that it runs; nil where it runs none and is one commit.
    let outcome: TurnStatus?
    /// So many moments at least at which the process can be killed.
    let fewestPoints: Int
    let run: @Sendable (CrashRig) async throws -> Void

    /// In this order, each on what those before have made.
    static let all = beginnings + versions + cutOffs + lines + marks + endings

    // MARK: Kinds

    /// Opening, sources, a write of the spool for each of three pieces, closing, and the release of the spool, each with a point before and
    /// after.
    private static func documentTurn(
        _ name: String, _ outcome: TurnStatus = .complete, fewest: Int = 14, _ run: @escaping @Sendable (CrashRig) async throws -> Void
    ) -> CrashCommand {
        CrashCommand(name: name, outcome: outcome, fewestPoints: fewest, run: run)
    }

    /// The same without sources.
    private static func passedTurn(
        _ name: String, _ outcome: TurnStatus = .complete, fewest: Int = 12, _ run: @escaping @Sendable (CrashRig) async throws -> Void
    ) -> CrashCommand {
        CrashCommand(name: name, outcome: outcome, fewestPoints: fewest, run: run)
    }

    private static func change(_ name: String, _ run: @escaping @Sendable (CrashRig) async throws -> Void) -> CrashCommand {
        CrashCommand(name: name, outcome: nil, fewestPoints: 2, run: run)
    }

    // MARK: Scripts

    private static let cited: [ScriptedModel.Step] = [
        .text("Hold the reset button for ten seconds [1]. "), .text("Rules survive a soft reset of the router [2]. "), .text("That is all."),
    ]
    private static let plain: [ScriptedModel.Step] = [.text("One, "), .text("two 🍊, "), .text("three.")]
    private static let failure = TurnFailure(code: "provider_stream_broken", message: "gone", retryable: true)

    // MARK: Commands

    private static let beginnings: [CrashCommand] = [
        documentTurn("the first message of a new session") { try await $0.ask("How is it reset?", cited) },
        documentTurn("a further message") { try await $0.ask("What survives?", cited) },
        passedTurn("a further message that is passed through") { try await $0.ask("Count.", plain, fromDocuments: false) },
    ]

    private static let versions: [CrashCommand] = [
        passedTurn("regenerate the last answer") { rig in
            let answer = try #require(try await rig.answers().last)
            try await rig.ask("Count.", plain, fromDocuments: false, regeneration: rig.regeneration(of: answer))
        },
        documentTurn("regenerate an earlier answer") { rig in
            let answer = try #require(try await rig.answers().first)
            try await rig.ask("How is it reset?", cited, regeneration: rig.regeneration(of: answer))
        },
        documentTurn("regenerate with an edited message") { rig in
            let answer = try #require(try await rig.answers().last)
            try await rig.ask("How is it reset softly?", cited, regeneration: rig.regeneration(of: answer, editsMessage: true))
        },
    ]

    private static let cutOffs: [CrashCommand] = [
        documentTurn("a message after that") { try await $0.ask("What blinks?", cited) },
        documentTurn("stop while it streams", .stopped, fewest: 10) { rig in
            try await rig.ask("What else?", [cited[0], .run { await rig.stop() }, .text("never")])
        },
        documentTurn("go on with the stopped answer", fewest: 12) { rig in
            let answer = try #require(try await rig.answers().last)
            try #require(answer.status == .stopped)
            let steps: [ScriptedModel.Step] = [.text("Rules survive a soft reset of the router [2]. "), .text("That is all.")]
            try await rig.ask("What else?", steps, regeneration: rig.regeneration(of: answer, goesOn: true))
        },
        passedTurn("a provider that breaks off", .failed, fewest: 10) { rig in
            try await rig.ask("Count.", [plain[0], plain[1], .fail(failure)], fromDocuments: false)
        },
    ]

    private static let lines: [CrashCommand] = [
        change("rewind") { rig in
            let turn = try #require(try await rig.answers().first)
            _ = try await rig.lines.rewind(try await rig.row(), to: turn.id)
        },
        change("restore") { rig in
            let rewound = try #require(try await rig.events().last { $0.kind == .lineRewound })
            _ = try await rig.lines.restore(try await rig.row(), rewound: rewound.seq)
        },
        change("select another version") { rig in
            let line = Set(try await rig.line().map(\.id))
            let version = try #require(try await rig.turns().first { $0.role == .assistant && !line.contains($0.id) })
            _ = try await rig.lines.select(try await rig.row(), version.id)
        },
        change("create a branch") { rig in
            let turn = try #require(try await rig.answers().first)
            _ = try await rig.lines.createBranch(try await rig.row(), at: turn.id, named: "side")
        },
        change("switch to the branch") { rig in _ = try await rig.lines.switchBranch(try await rig.row(), to: "side") },
        documentTurn("a message on the branch") { try await $0.ask("And here?", cited) },
        change("rename the branch") { rig in _ = try await rig.lines.renameBranch(try await rig.row(), "side", to: "other side") },
        change("switch back") { rig in _ = try await rig.lines.switchBranch(try await rig.row(), to: Branch.main) },
    ]

    private static let marks: [CrashCommand] = [
        change("hide a turn") { rig in
            let turn = try #require(try await rig.line().first)
            _ = try await rig.lines.hide(try await rig.row(), turn.id, true)
        },
        change("rate an answer") { rig in
            let answer = try #require(try await rig.answers().first)
            try await rig.append(.turnRated(TurnRated(turnID: answer.id, rating: .down, reason: "wrong", text: "no")))
        },
        change("a title is made") { rig in
            let answer = try #require(try await rig.answers().first)
            try await rig.append(.titleMade(TitleMade(turnID: answer.id, title: "Resetting")), group: answer.id)
        },
        change("rename the session") { try await $0.append(.sessionUpdated(SessionUpdated(title: "My router"))) },
    ]

    private static let endings: [CrashCommand] = [
        change("branch into a new session") { rig in
            let turn = try #require(try await rig.line().last)
            _ = try await rig.copies.branch(try await rig.row(), at: turn.id, named: "Copy")
        },
        change("delete the session") { rig in
            let row = try await rig.row()
            let record = AuditRecord(actorID: row.userID, actorCredential: nil, action: .sessionDeleted, targetKind: .session, targetID: row.id)
            let isDeleted = try await rig.log.delete(session: row.id, of: row.userID, recording: record)
            #expect(isDeleted)
        },
    ]
}
