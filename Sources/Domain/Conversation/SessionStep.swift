/// One event while it is folded into its session's rows.
struct SessionStep {
    private let event: LogEvent
    private let stored: SessionProjection.StoredTurns
    private(set) var row: SessionRow
    /// Rows that are not stored yet, with those that the event makes or changes.
    private(set) var known: [TurnID: TurnRow]
    /// The turns that the event makes or changes.
    private(set) var changed: Set<TurnID> = []

    init(
        _ event: LogEvent, _ row: SessionRow, known: [TurnID: TurnRow], turns stored: @escaping SessionProjection.StoredTurns
    ) {
        self.event = event
        self.row = row
        self.known = known
        self.stored = stored
    }

    mutating func fold(_ payload: EventPayload) throws(LogError) {
        switch payload {
        case .sessionCreated: break
        case .sessionUpdated(let update): try apply(update)
        case .sessionShared(let shared): row.share = Share(digest: shared.digest, turnID: shared.turnID, createdAt: event.createdAt)
        case .sessionUnshared: row.share = nil
        case .userMessage(let message): try add(message)
        case .turnOpened(let opened): try add(opened)
        case .sourcesFrozen(let frozen): try changeOpen(frozen.turnID) { [seq = event.seq] in $0.sourcesSeq = seq }
        case .assistantMessage(let message): try end(message)
        case .groupClosed(let closed): try close(closed)
        case .lineRewound(let rewound): try rewind(to: rewound.turnID)
        case .lineRestored(let restored): try moveLine(to: restored.turnID)
        case .turnSelected(let selected): try select(selected)
        case .branchCreated(let created): try create(created)
        case .branchRenamed(let renamed): try rename(renamed)
        case .branchSwitched(let switched): try switchLine(to: switched.name)
        case .turnHidden(let hidden):
            let asked = try turn(hidden.turnID)
            try change(asked.userTurnID ?? asked.id) { $0.isHidden = hidden.hidden }
        case .turnRated(let rated):
            try change(rated.turnID) { [seq = event.seq] in
                $0.rating = rated.rating
                $0.ratedSeq = seq
            }
        case .titleMade(let made):
            try change(made.turnID) { $0.title = made.title }
            try retitle()
        case .audit: guard row.kind == .workspace else { throw event.damaged("an audit record stands in a conversation") }
        }
    }

    // MARK: Turns

    private mutating func add(_ message: UserMessage) throws(LogError) {
        row.lastMessageAt = event.createdAt
        if let superseded = message.supersedes { try moveLine(to: turn(superseded).parentID) }
        // The session's first message is what it was called after when it was made.
        let keepsTitle = message.supersedes == nil && row.givenTitle == nil && !row.title.isEmpty
        let title = keepsTitle ? row.title : SessionRow.title(of: message.content)
        try add { [event] parent, depth, jump in
            TurnRow(
                id: message.turnID, sessionID: event.sessionID, position: event.seq, role: .user, status: .complete, contentSeq: event.seq,
                parentID: parent, depth: depth, jumpID: jump, title: depth == 0 ? title : nil, createdAt: event.createdAt)
        }
    }

    private mutating func add(_ opened: TurnOpened) throws(LogError) {
        row.runningTurnID = opened.turnID
        if let superseded = opened.supersedes { try moveLine(to: turn(superseded).parentID) }
        try add { [event] parent, depth, jump in
            TurnRow(
                id: opened.turnID, sessionID: event.sessionID, position: event.seq, role: .assistant, status: .generating,
                userTurnID: opened.userTurnID, parentID: parent, depth: depth, jumpID: jump, regeneratedFrom: opened.regeneratedFrom,
                createdAt: event.createdAt)
        }
    }

    /// The line goes on with a turn.
    private mutating func add(_ make: (_ parent: TurnID?, _ depth: Int, _ jump: TurnID?) -> TurnRow) throws(LogError) {
        var made = make(nil, 0, nil)
        if let head = row.headTurnID {
            let parent = try turn(head)
            made = make(parent.id, parent.depth + 1, try walk.jump(after: parent))
        }
        var earlier = known[made.id]
        if earlier == nil { earlier = try stored(made.id) }
        guard earlier == nil else { throw event.damaged("a turn is made twice") }
        set(made)
        row.headTurnID = made.id
        row.messageCount = made.depth + 1
        if made.depth <= 1 { try retitle() }
    }

    private mutating func end(_ message: AssistantMessage) throws(LogError) {
        row.lastMessageAt = event.createdAt
        try changeOpen(message.turnID) { [seq = event.seq] in
            $0.contentSeq = seq
            $0.status = message.status
            $0.model = message.model
            $0.promptVersion = message.promptVersion
        }
    }

    private mutating func close(_ closed: GroupClosed) throws(LogError) {
        guard let group = event.group else { return }
        // Another turn may run by now, where the end of this one could not be stored in its time.
        if row.runningTurnID == group { row.runningTurnID = nil }
        guard var turn = try found(group), turn.status == .generating else { return }
        turn.status = closed.outcome
        set(turn)
    }

    private mutating func changeOpen(_ id: TurnID, _ body: (inout TurnRow) -> Void) throws(LogError) {
        guard let turn = try found(id), turn.status == .generating || row.runningTurnID == id else {
            throw event.damaged("its turn is not open")
        }
        try change(id, body)
    }

    private mutating func change(_ id: TurnID, _ body: (inout TurnRow) -> Void) throws(LogError) {
        var turn = try turn(id)
        body(&turn)
        set(turn)
    }

    private func turn(_ id: TurnID) throws(LogError) -> TurnRow {
        guard let found = try found(id) else { throw event.damaged("there is no turn \(id)") }
        return found
    }

    private func found(_ id: TurnID) throws(LogError) -> TurnRow? {
        if let row = known[id] { return row }
        guard let row = try stored(id), row.sessionID == event.sessionID else { return nil }
        return row
    }

    private mutating func set(_ turn: TurnRow) {
        known[turn.id] = turn
        changed.insert(turn.id)
    }

    // MARK: Lines

    private var walk: LineWalk<TurnRow, LogError> { LineWalk { [self] id throws(LogError) in try turn(id) } }

    /// Ends the line at another turn. What is left is remembered where it leaves the way, so that it can be come back to.
    private mutating func moveLine(to id: TurnID?) throws(LogError) {
        guard id != row.headTurnID else { return }
        var target: TurnRow?
        if let id { target = try turn(id) }
        if let head = row.headTurnID {
            let last = try turn(head)
            var fork: TurnRow?
            if let target { fork = try walk.fork(last, target) }
            if fork?.id != head {
                let left = try walk.ancestor(of: last, at: fork.map { $0.depth + 1 } ?? 0)
                try change(left.id) { [seq = event.seq] in
                    $0.tipID = head
                    $0.leftSeq = seq
                }
            }
        }
        row.headTurnID = id
        row.messageCount = target.map { $0.depth + 1 } ?? 0
        try retitle()
    }

    private mutating func rewind(to id: TurnID) throws(LogError) {
        guard let head = row.headTurnID, try walk.isOnLine(turn(id), to: turn(head)) else { throw event.damaged("the turn is not on the line") }
        try moveLine(to: id)
    }

    private mutating func select(_ selected: TurnSelected) throws(LogError) {
        guard try walk.isOnLine(turn(selected.turnID), to: turn(selected.headTurnID)) else {
            throw event.damaged("the line does not lead through the turn")
        }
        try moveLine(to: selected.headTurnID)
    }

    private mutating func create(_ created: BranchCreated) throws(LogError) {
        var lines = row.lines
        guard !lines.contains(where: { $0.name == created.name }) else { throw event.damaged("a branch is made twice") }
        let head = try turn(created.turnID).id
        lines.append(Branch(name: created.name, turnID: head, headTurnID: head, createdAt: event.createdAt))
        row.branches = lines
    }

    private mutating func rename(_ renamed: BranchRenamed) throws(LogError) {
        guard let index = row.branches.firstIndex(where: { $0.name == renamed.name }), renamed.name != Branch.main else {
            throw event.damaged("there is no such branch to rename")
        }
        guard !row.branches.contains(where: { $0.name == renamed.newName }) else { throw event.damaged("a branch is made twice") }
        row.branches[index].name = renamed.newName
        if row.branch == renamed.name { row.branch = renamed.newName }
    }

    private mutating func switchLine(to name: String) throws(LogError) {
        row.branches = row.lines
        guard let line = row.branches.first(where: { $0.name == name }) else { throw event.damaged("there is no such branch") }
        row.branch = name
        try moveLine(to: line.headTurnID)
    }

    // MARK: Names

    private mutating func apply(_ update: SessionUpdated) throws(LogError) {
        if let title = update.title { row.givenTitle = title }
        if let metadata = update.metadata { row.metadata = metadata }
        if let archived = update.archived { row.archived = archived }
        if let pinned = update.pinned { row.pinned = pinned }
        if update.leavesCollection == true { row.collectionID = nil }
        try retitle()
    }

    /// What the session was called by a person, or what the first exchange on its line was called, or how that begins.
    private mutating func retitle() throws(LogError) {
        if let given = row.givenTitle {
            row.title = given
            return
        }
        guard let head = row.headTurnID else { return }
        let last = try turn(head)
        var title = try walk.ancestor(of: last, at: 0).title
        if last.depth > 0, let made = try walk.ancestor(of: last, at: 1).title { title = made }
        if let title { row.title = title }
    }
}

extension SessionRow {
    /// Characters of a title that is the beginning of a message.
    package static let derivedTitle = 100
}
