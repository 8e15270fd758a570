import Conversation
import JSON
import TimeOrdered

extension GoldenBuilder {
    /// Every kind of event that a conversation had when lines came.
    static func lines() throws -> GoldenBuilder {
        var log = GoldenBuilder(2)
        let first = log.exchange()
        let asked = Asked(
            collectionID: log.workspace, creator: "Ada", filters: ["topicCategory": ["trees", 1]], topK: 3, model: "llama-3.1", temperature: 0.25,
            maxTokens: 512)
        try log.append([
            log.created("What is a loquat?", collection: log.workspace), log.asking(first, "What is a loquat?", asked: asked),
            log.opening(first, createsSession: true),
        ])
        try log.append([log.freezing(first, evidence: 0.913)])
        try log.append(log.citedAnswer(first, promptVersion: "7f3a"))
        try log.append(.titleMade(TitleMade(turnID: first.answer, title: "Loquats")), group: first.answer)
        let second = try log.versions()
        try log.goOn()
        try log.moves(first, second)
        try log.branches(at: first.answer)
        try log.marks(first, second)
        return log
    }

    /// An answer anew, and its message edited. Returns the first version.
    private mutating func versions() throws -> Exchange {
        let first = exchange()
        try append([asking(first, "Where does it grow?"), opening(first)])
        try append(plainAnswer(first, "On a tree."))
        let again = Exchange(user: first.user, answer: ids.next())
        let reopened = TurnOpened(
            turnID: again.answer, userTurnID: again.user, createsSession: false, supersedes: first.answer, regeneratedFrom: first.answer,
            instructions: "Say \"more\".")
        try append(.turnOpened(reopened), group: again.answer)
        try append([freezing(again)])
        try append(citedAnswer(again, promptVersion: "7f3a"))
        let edited = exchange()
        let opened = TurnOpened(turnID: edited.answer, userTurnID: edited.user, createsSession: false, regeneratedFrom: again.answer)
        try append([
            asking(edited, "Where does it grow best?", supersedes: first.user), EventDraft(.turnOpened(opened), group: edited.answer),
        ])
        try append(plainAnswer(edited, "In the sun."))
        return first
    }

    /// An answer that was stopped and then gone on with, and one that failed.
    private mutating func goOn() throws {
        let stopped = exchange()
        try append([asking(stopped, "How does it taste?"), opening(stopped)])
        try append(plainAnswer(stopped, "Sweet and", .stopped, .stopped))
        let further = Exchange(user: stopped.user, answer: ids.next())
        let opened = TurnOpened(
            turnID: further.answer, userTurnID: further.user, createsSession: false, supersedes: stopped.answer, regeneratedFrom: stopped.answer,
            continues: true)
        try append(.turnOpened(opened), group: further.answer)
        try append(plainAnswer(further, "Sweet and sour."))
        let failed = exchange()
        try append([asking(failed, "And then?"), opening(failed)])
        let failure = TurnFailure(code: "provider_stream_broken", message: "The model broke off.", retryable: true)
        try append(plainAnswer(failed, "Then", .failed, nil, failure: failure))
    }

    private mutating func moves(_ first: Exchange, _ second: Exchange) throws {
        guard let head = headTurnID else { return }
        let rewinding = nextSeq
        try append(.lineRewound(LineRewound(branch: Branch.main, turnID: first.answer, fromTurnID: head)))
        try append(.lineRestored(LineRestored(rewound: rewinding, turnID: head)))
        try append(.turnSelected(TurnSelected(turnID: second.answer, headTurnID: second.answer)))
        try append(.turnSelected(TurnSelected(turnID: head, headTurnID: head)))
        try append(.lineRewound(LineRewound(branch: Branch.main, turnID: first.answer, fromTurnID: head)))
        let other = exchange()
        try append([asking(other, "Is it like an apricot?"), opening(other)])
        try append(plainAnswer(other, "A little."))
    }

    private mutating func branches(at turn: TurnID) throws {
        try append(.branchCreated(BranchCreated(name: "a side 🌿", turnID: turn)))
        try append(.branchSwitched(BranchSwitched(name: "a side 🌿")))
        let aside = exchange()
        try append([asking(aside, "What else is yellow?"), opening(aside)])
        try append(plainAnswer(aside, "A lemon."))
        try append(.branchRenamed(BranchRenamed(name: "a side 🌿", newName: "yellow")))
        try append(.branchSwitched(BranchSwitched(name: Branch.main)))
        try append(.branchCreated(BranchCreated(name: "unused", turnID: aside.answer)))
    }

    private mutating func marks(_ first: Exchange, _ second: Exchange) throws {
        try append(.turnHidden(TurnHidden(turnID: first.user, hidden: true)))
        try append(.turnHidden(TurnHidden(turnID: second.answer, hidden: true)))
        try append(.turnHidden(TurnHidden(turnID: first.answer, hidden: false)))
        try append(.turnRated(TurnRated(turnID: first.answer, rating: .up)))
        try append(.turnRated(TurnRated(turnID: second.answer, rating: .down, reason: "wrong", text: "It does not.")))
        try append(.turnRated(TurnRated(turnID: first.answer, rating: nil)))
        let digests = [String(repeating: "0f", count: 32), String(repeating: "a1", count: 32)]
        try append(.sessionShared(SessionShared(digest: digests[0], turnID: first.answer)))
        try append(.sessionUnshared(SessionUnshared(digest: digests[0])))
        try append(.sessionShared(SessionShared(digest: digests[1], turnID: first.answer)))
        try append(.sessionUpdated(SessionUpdated(title: "My fruit", metadata: ["a": 1], archived: false, pinned: true)))
    }
}
