import Conversation

/// A line of a conversation, with those that begin on it.
struct BranchView: Sendable {
    let name: String
    /// Its name as a part of a path.
    let path: String
    let isCurrent: Bool
    let isMain: Bool
    var children: [BranchView] = []
}

extension BranchView {
    init(_ branch: Branch, isCurrent: Bool) {
        name = branch.name
        path = LocalPath.part(branch.name)
        self.isCurrent = isCurrent
        isMain = branch.name == Branch.main
    }

    /// Puts each line under the one that it begins on.
    /// - Parameter parents: names by name; a line that has none stands at the top.
    static func tree(_ branches: [BranchView], parents: [String: String]) -> [BranchView] {
        let below = Dictionary(grouping: branches) { parents[$0.name] }
        func filled(_ view: BranchView) -> BranchView {
            var view = view
            view.children = (below[view.name] ?? []).map(filled)
            return view
        }
        return (below[nil] ?? []).map(filled)
    }
}

/// Two lines beside each other, from where they part.
struct ComparisonPage: Sendable {
    struct Side: Sendable {
        let name: String
        let isCurrent: Bool
        /// Where this line is made the current one.
        let path: String
        let said: [TurnView]
        let isEmpty: Bool
        /// It says more than is shown.
        let isCut: Bool
    }

    let title: String
    let sessionID: String
    let sessionTitle: String
    /// How much both say.
    let shared: String
    let sides: [Side]
}
