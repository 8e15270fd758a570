package import TimeOrdered

/// A line of a session by its name.
package struct Branch: Sendable, Hashable, Codable {
    /// The line that a session begins with.
    package static let main = "main"
    /// Branches of one session at the most.
    package static let limit = 100
    /// Unicode scalars of a name at the most.
    package static let longestName = 100

    package var name: String
    /// The turn that it was begun at; nil for the main line.
    package let turnID: TurnID?
    /// Where it ends, or ended when it was left.
    package var headTurnID: TurnID?
    package let createdAt: Timestamp

    package init(name: String, turnID: TurnID?, headTurnID: TurnID?, createdAt: Timestamp) {
        self.name = name
        self.turnID = turnID
        self.headTurnID = headTurnID
        self.createdAt = createdAt
    }
}

/// A link by which anybody may read a session as it was when the link was made.
package struct Share: Sendable, Hashable {
    /// SHA-256 of the link's token, in hexadecimal.
    package let digest: String
    /// The last turn that is shown.
    package let turnID: TurnID
    package let createdAt: Timestamp

    package init(digest: String, turnID: TurnID, createdAt: Timestamp) {
        self.digest = digest
        self.turnID = turnID
        self.createdAt = createdAt
    }
}

extension SessionRow {
    /// Every line with where it ends now; the main one first.
    package var lines: [Branch] {
        guard !branches.isEmpty else { return [Branch(name: Branch.main, turnID: nil, headTurnID: headTurnID, createdAt: createdAt)] }
        return branches.map { line in
            guard line.name == branch else { return line }
            var current = line
            current.headTurnID = headTurnID
            return current
        }
    }
}
