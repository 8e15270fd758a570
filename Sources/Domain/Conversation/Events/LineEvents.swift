/// The line was taken back to one of its turns; what followed is superseded.
package struct LineRewound: Sendable, Hashable, Codable {
    package let branch: String
    package let turnID: TurnID
    /// Where the line ended before.
    package let fromTurnID: TurnID

    package init(branch: String, turnID: TurnID, fromTurnID: TurnID) {
        self.branch = branch
        self.turnID = turnID
        self.fromTurnID = fromTurnID
    }
}

/// A rewinding was undone.
package struct LineRestored: Sendable, Hashable, Codable {
    /// The `seq` of the rewinding.
    package let rewound: Int
    /// Where the line ends again.
    package let turnID: TurnID

    package init(rewound: Int, turnID: TurnID) {
        self.rewound = rewound
        self.turnID = turnID
    }
}

/// A version of a turn was made current, with what had followed it.
package struct TurnSelected: Sendable, Hashable, Codable {
    package let turnID: TurnID
    /// Where the line ends now: the turn, or one that follows it.
    package let headTurnID: TurnID

    package init(turnID: TurnID, headTurnID: TurnID) {
        self.turnID = turnID
        self.headTurnID = headTurnID
    }
}

/// A line was given a name: it ends at a turn and goes on from there once it is switched to.
package struct BranchCreated: Sendable, Hashable, Codable {
    package let name: String
    package let turnID: TurnID

    package init(name: String, turnID: TurnID) {
        self.name = name
        self.turnID = turnID
    }
}

package struct BranchRenamed: Sendable, Hashable, Codable {
    package let name: String
    package let newName: String

    package init(name: String, newName: String) {
        self.name = name
        self.newName = newName
    }
}

/// Another line is the current one.
package struct BranchSwitched: Sendable, Hashable, Codable {
    package let name: String

    package init(name: String) { self.name = name }
}
