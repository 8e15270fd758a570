import Conversation
import ConversationTesting
import JSON
import TestSupport
import TimeOrdered

/// A conversation that is changed in every way there is, by chance, and what it should be by then: kept as plain lists, without any of the
/// shortcuts of the real one.
struct RandomConversation {
    struct Turn: Equatable {
        let id: TurnID
        let role: TurnRow.Speaker
        let parent: TurnID?
        let question: TurnID?
        let words: String
        var status = TurnStatus.complete
        var isHidden = false
        var rating: Rating?
        var title: String?
        /// Where the line ended when it was left here.
        var tip: TurnID?
        var leftSeq: Int?
    }

    private(set) var log = SampleLog()
    private(set) var turns: [TurnID: Turn] = [:]
    private(set) var order: [TurnID] = []
    private(set) var head: TurnID?
    private(set) var branch = "main"
    private(set) var branches: [String: TurnID?] = [:]
    private(set) var givenTitle: String?
    private(set) var answers = 0
    private(set) var rewindings: [(seq: Int, branch: String, from: TurnID)] = []
    private var random: SeededRandom
    private var said = 0

    init(seed: UInt64) throws {
        random = SeededRandom(seed: seed)
        try log.add([EventDraft(log.creation)])
    }

    // MARK: What it should be

    func line(to id: TurnID?) -> [Turn] {
        var line: [Turn] = []
        var next = id
        while let turn = next.flatMap({ turns[$0] }) {
            line.insert(turn, at: 0)
            next = turn.parent
        }
        return line
    }

    var line: [Turn] { line(to: head) }

    var title: String {
        let line = line
        if let givenTitle { return givenTitle }
        if line.count > 1, let made = line[1].title { return made }
        return line.first?.title ?? "t"
    }

    // MARK: Commands

    mutating func act() throws {
        let answered = order.filter { turns[$0]?.role == .assistant }
        switch Int.random(in: 0..<14, using: &random) {
        case 0...2: try send()
        case 3: if let answer = answered.randomElement(using: &random) { try regenerate(answer, edited: false) } else { try send() }
        case 4: if let answer = answered.randomElement(using: &random) { try regenerate(answer, edited: true) } else { try send() }
        case 5: if let turn = line.randomElement(using: &random) { try rewind(to: turn.id) }
        case 6: if let undone = rewindings.filter({ [branch] in $0.branch == branch }).randomElement(using: &random) { try restore(undone) }
        case 7: if let turn = order.randomElement(using: &random) { try select(turn) }
        case 8: if let turn = order.randomElement(using: &random) { try makeBranch(at: turn) }
        case 9: if let name = branches.keys.sorted().randomElement(using: &random) { try switchBranch(to: name) }
        case 10: try renameBranch()
        case 11: if let turn = order.randomElement(using: &random) { try hide(turn, Bool.random(using: &random)) }
        case 12: if let answer = answered.randomElement(using: &random) { try rate(answer) }
        default: try name(answered)
        }
    }

    private mutating func text(_ kind: String) -> String {
        said += 1
        return "\(kind) \(said)"
    }

    private mutating func add(_ turn: Turn) {
        turns[turn.id] = turn
        order.append(turn.id)
        head = turn.id
    }

    private mutating func move(to id: TurnID?) {
        let (before, after) = (line, Set(line(to: id).map(\.id)))
        if let left = before.first(where: { !after.contains($0.id) }) {
            turns[left.id]?.tip = head
            turns[left.id]?.leftSeq = log.events.count
        }
        head = id
    }

    mutating func send(_ words: String? = nil) throws {
        let words = words ?? text("question")
        let sample = SampleTurn(log.ids, question: words, answer: "answer to \(words)")
        try log.add(sample.opening)
        let isFirst = turns.isEmpty
        add(
            Turn(
                id: sample.userTurnID, role: .user, parent: head, question: nil, words: words,
                title: head == nil ? (isFirst && givenTitle == nil ? "t" : words) : nil))
        try answer(sample, parent: sample.userTurnID)
    }

    private mutating func answer(_ sample: SampleTurn, parent: TurnID?) throws {
        answers += 1
        let status = [TurnStatus.complete, .complete, .stopped, .interrupted, .failed].randomElement(using: &random) ?? .complete
        if Bool.random(using: &random) { try log.add([sample.freezing]) }
        try log.add(sample.closing(status))
        add(Turn(id: sample.id, role: .assistant, parent: parent, question: sample.userTurnID, words: sample.answer, status: status))
    }

    private mutating func regenerate(_ id: TurnID, edited: Bool) throws {
        guard let old = turns[id], let asked = old.question, let question = turns[asked] else { return }
        let words = edited ? text("edited") : question.words
        let sample = SampleTurn(log.ids, question: words, answer: text("other answer"), userTurnID: edited ? nil : asked)
        let message = UserMessage(turnID: sample.userTurnID, content: words, supersedes: asked)
        let opened = TurnOpened(
            turnID: sample.id, userTurnID: sample.userTurnID, createsSession: false, supersedes: edited ? nil : id, regeneratedFrom: id)
        if edited {
            try log.add([EventDraft(.userMessage(message), group: sample.id)])
            move(to: question.parent)
            add(
                Turn(
                    id: sample.userTurnID, role: .user, parent: question.parent, question: nil, words: words,
                    title: question.parent == nil ? words : nil))
        }
        try log.add([EventDraft(.turnOpened(opened), group: sample.id)])
        if !edited { move(to: old.parent) }
        let parent = head
        try answer(sample, parent: parent)
    }

    mutating func rewind(to id: TurnID) throws {
        guard let from = head else { return }
        try log.add([EventDraft(.lineRewound(LineRewound(branch: branch, turnID: id, fromTurnID: from)))])
        rewindings.append((log.events.count, branch, from))
        move(to: id)
    }

    mutating func restore(_ rewound: (seq: Int, branch: String, from: TurnID)) throws {
        try log.add([EventDraft(.lineRestored(LineRestored(rewound: rewound.seq, turnID: rewound.from)))])
        move(to: rewound.from)
    }

    private mutating func select(_ id: TurnID) throws {
        let end = line.contains { $0.id == id } ? head ?? id : lineEnd(through: id)
        try log.add([EventDraft(.turnSelected(TurnSelected(turnID: id, headTurnID: end)))])
        move(to: end)
    }

    /// Where the line ended when the turn was last left.
    func lineEnd(through id: TurnID) -> TurnID {
        let left = line(to: id).filter { turn in line(to: turn.tip).contains { $0.id == id } }
        return left.max { $0.leftSeq ?? 0 < $1.leftSeq ?? 0 }?.tip ?? id
    }

    private mutating func makeBranch(at id: TurnID) throws {
        let name = text("branch")
        try log.add([EventDraft(.branchCreated(BranchCreated(name: name, turnID: id)))])
        if branches.isEmpty { branches["main"] = head }
        branches[name] = id
    }

    private mutating func switchBranch(to name: String) throws {
        try log.add([EventDraft(.branchSwitched(BranchSwitched(name: name)))])
        branches[branch] = head
        branch = name
        move(to: branches[name] ?? nil)
    }

    private mutating func renameBranch() throws {
        guard let name = branches.keys.filter({ $0 != "main" }).sorted().randomElement(using: &random) else { return }
        let new = text("renamed")
        try log.add([EventDraft(.branchRenamed(BranchRenamed(name: name, newName: new)))])
        branches[new] = branches.removeValue(forKey: name)
        if branch == name { branch = new }
    }

    private mutating func hide(_ id: TurnID, _ hidden: Bool) throws {
        try log.add([EventDraft(.turnHidden(TurnHidden(turnID: id, hidden: hidden)))])
        turns[turns[id]?.question ?? id]?.isHidden = hidden
    }

    private mutating func rate(_ id: TurnID) throws {
        let rating = [Rating.up, .down, nil].randomElement(using: &random) ?? nil
        try log.add([EventDraft(.turnRated(TurnRated(turnID: id, rating: rating)))])
        turns[id]?.rating = rating
    }

    private mutating func name(_ answered: [TurnID]) throws {
        if Int.random(in: 0..<4, using: &random) == 0 {
            let title = text("name")
            try log.add([EventDraft(.sessionUpdated(SessionUpdated(title: title)))])
            givenTitle = title
        } else if let id = answered.randomElement(using: &random) {
            let title = text("title")
            try log.add([EventDraft(.titleMade(TitleMade(turnID: id, title: title)), group: id)])
            turns[id]?.title = title
        }
    }
}
