/// A session in the list at the side.
struct SessionLink: Sendable {
    let id: String
    let title: String
    let isCurrent: Bool
}

/// What stands at the side, or more of it.
struct SessionList: Sendable {
    /// Those that are kept at the top.
    let pinned: [SessionLink]
    let hasPinned: Bool
    let morePinned: String?
    let sessions: [SessionLink]
    let moreSessions: String?
}

/// The conversations that were put away.
struct ArchivePage: Sendable {
    let title = "Archived conversations"
    let archived: [SessionLink]
    /// Where this page began.
    let cursor: String?
    let moreArchived: String?
}

/// What a conversation is called and where it stands, to be changed.
struct SessionEdit: Sendable {
    let id: String
    let name: String
    /// Whether it is the one that is looked at.
    let isCurrent: Bool
    let isPinned: Bool
    let isArchived: Bool
}

/// The page of a conversation, or of one that is about to begin.
struct SessionPage: Sendable {
    struct SessionView: Sendable {
        let id: String
        let title: String
        /// What the event stream is asked for from here: `SEQ:N`.
        let position: String
        /// The last event that the page knows of.
        let head: String
    }

    /// The turn that was asked for, where it is not on the line.
    struct Elsewhere: Sendable {
        let turn: String
        /// The branch that it is on, as a part of a path; nil where it is on none.
        let branch: String?
    }

    struct Choice: Sendable {
        let id: String
        let name: String
        let isChosen: Bool
    }

    let title: String
    let session: SessionView?
    let turns: [TurnView]
    /// How many turns to ask for to see more; nil where all are shown.
    let earlier: Int?
    /// Whether the line goes on behind the last turn here.
    let hasLater: Bool
    let elsewhere: Elsewhere?
    /// The event of a rewinding that nothing came after.
    let undone: String?
    let hasBranches: Bool
    let branches: [BranchView]
    let choices: [Choice]
    let hasNoDocuments: Bool
    /// Whether the visitor could not come in again without a link.
    let needsPassword: Bool
    let blankTurn = TurnView.blank
    let blankSource = SourceView.blank
}
