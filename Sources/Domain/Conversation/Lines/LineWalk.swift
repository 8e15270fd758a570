/// What a way through the tree of turns is found by.
package protocol LineTurn {
    var id: TurnID { get }
    var parentID: TurnID? { get }
    /// Turns before it on its line.
    var depth: Int { get }
    /// An earlier turn of its line, see `LineWalk`; nil for the first.
    var jumpID: TurnID? { get }
}

extension TurnRow: LineTurn {}

/// Ways through the tree of a session's turns, in steps that grow with the logarithm of its depth.
///
/// Each turn knows, beside the one before it, one that stands further back. How far follows from its depth alone, after Myers, "An
/// applicative random-access stack" (1983): so two turns of one depth jump to one depth, and any earlier turn is some `3 · log₂ depth`
/// steps away. The rows never change for it, whatever becomes of the line.
package struct LineWalk<Turn: LineTurn, Failure: Error> {
    private let turn: (TurnID) throws(Failure) -> Turn

    /// - Parameter turn: looks a turn up that must be there.
    package init(turn: @escaping (TurnID) throws(Failure) -> Turn) { self.turn = turn }

    /// Where a turn that follows `parent` jumps to.
    package func jump(after parent: Turn) throws(Failure) -> TurnID {
        let first = try jump(of: parent)
        let second = try jump(of: first)
        return parent.depth - first.depth == first.depth - second.depth ? second.id : parent.id
    }

    /// The first turn of a line jumps to itself.
    private func jump(of row: Turn) throws(Failure) -> Turn {
        guard let id = row.jumpID else { return row }
        return try turn(id)
    }

    /// The turn at a depth of the line that leads to `row`; the line's own last turn where the depth is beyond it.
    package func ancestor(of row: Turn, at depth: Int) throws(Failure) -> Turn {
        var row = row
        while row.depth > max(0, depth), let parent = row.parentID, let jump = row.jumpID {
            let far = try turn(jump)
            let next = far.depth >= depth ? far : try turn(parent)
            // Rows that are not what they were written must not be gone through for ever.
            guard next.depth < row.depth else { return row }
            row = next
        }
        return row
    }

    /// Whether `row` stands on the line that leads to `head`.
    package func isOnLine(_ row: Turn, to head: Turn) throws(Failure) -> Bool {
        guard row.depth <= head.depth else { return false }
        return try ancestor(of: head, at: row.depth).id == row.id
    }

    /// The last turn that two lines share; nil where they share none.
    package func fork(_ first: Turn, _ second: Turn) throws(Failure) -> Turn? {
        let depth = min(first.depth, second.depth)
        var (left, right) = (try ancestor(of: first, at: depth), try ancestor(of: second, at: depth))
        while left.id != right.id {
            guard let leftParent = left.parentID, let rightParent = right.parentID, let leftJump = left.jumpID, let rightJump = right.jumpID
            else { return nil }
            // Both jump equally far: where they land on different turns, what they share stands before.
            let isFar = leftJump != rightJump
            let next = (try turn(isFar ? leftJump : leftParent), try turn(isFar ? rightJump : rightParent))
            guard next.0.depth < left.depth, next.1.depth < right.depth else { return nil }
            (left, right) = next
        }
        return left
    }
}
