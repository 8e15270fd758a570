import JSON

/// An entry of an export's tree.
struct ExportNode {
    let id: String
    let parent: String?
    /// In their order; they also say whose child a node is that does not name its parent.
    let children: [String]
    /// Nil for what is left out: what comes after it hangs on what comes before it. Its `parent` is not set yet.
    let message: ImportedMessage?
}

/// Puts the entries of an export in order, whatever they say of each other, and joins what an assistant said in several messages. Nothing
/// here calls itself: trees are as deep as they are long.
struct ExportTree {
    /// Bytes of text that may stand in several messages because an assistant's run of messages goes on in several ways. Beyond it, the
    /// further ways are kept without the run's beginning, which stands in the first.
    static let copyLimit = 8 << 20

    private let nodes: [ExportNode]
    private let positions: [String: Int]
    private var parents: [Int?]
    /// See `SkippedParts.links`.
    private(set) var brokenLinks = 0

    init(_ nodes: [ExportNode]) {
        var positions: [String: Int] = [:]
        for (position, node) in nodes.enumerated() { positions[node.id] = position }
        self.nodes = nodes
        self.positions = positions
        parents = nodes.enumerated().map { position, node in
            node.parent.flatMap { positions[$0] }.flatMap { $0 == position ? nil : $0 }
        }
        for (position, node) in nodes.enumerated() {
            for child in node.children {
                if let child = positions[child], child != position, parents[child] == nil { parents[child] = position }
            }
        }
        let lost = nodes.indices.count { parents[$0] == nil && nodes[$0].parent != nil }
        // A tree's first node may name a parent that never was.
        let hasRoot = nodes.indices.contains { parents[$0] == nil && nodes[$0].parent == nil }
        brokenLinks = hasRoot ? lost : max(0, lost - 1)
        cutCycles()
    }

    /// Each circle loses the link of the node that comes first in the file.
    private mutating func cutCycles() {
        // By which walk towards the root a node was seen first; 0: by none.
        var walks = [Int](repeating: 0, count: nodes.count)
        for start in nodes.indices where walks[start] == 0 {
            var next: Int? = start
            while let position = next, walks[position] == 0 {
                walks[position] = start + 1
                next = parents[position]
            }
            guard let meeting = next, walks[meeting] == start + 1 else { continue }
            var first = meeting
            next = parents[meeting]
            while let position = next, position != meeting {
                first = min(first, position)
                next = parents[position]
            }
            parents[first] = nil
            brokenLinks += 1
        }
    }

    /// Parents before their children, siblings in their order, each branch whole before the next.
    private var preorder: [Int] {
        var children = [[Int]](repeating: [], count: nodes.count)
        var roots: [Int] = []
        for (position, parent) in parents.enumerated() {
            if let parent { children[parent].append(position) } else { roots.append(position) }
        }
        var order: [Int] = []
        order.reserveCapacity(nodes.count)
        var open = Array(roots.reversed())
        while let position = open.popLast() {
            order.append(position)
            open.append(contentsOf: sorted(children[position], as: nodes[position].children).reversed())
        }
        return order
    }

    private func sorted(_ siblings: [Int], as named: [String]) -> [Int] {
        guard siblings.count > 1 else { return siblings }
        var ranks: [String: Int] = [:]
        for (rank, id) in named.enumerated() where ranks[id] == nil { ranks[id] = rank }
        return siblings.sorted { (ranks[nodes[$0].id] ?? .max, $0) < (ranks[nodes[$1].id] ?? .max, $1) }
    }

    // MARK: Messages

    /// - Parameter id: the last node of the line that was shown; where there is none such, the line that was begun last counts.
    func messages(current id: String?) -> (messages: [ImportedMessage], current: Int?) {
        let order = preorder
        let above = keptAbove(order)
        var isAsked = [Bool](repeating: false, count: nodes.count)
        for position in order where nodes[position].message?.role == .user {
            if let parent = above[position] { isAsked[parent] = true }
        }
        var lines: [(tip: Int, parent: Int?)] = []
        var places = [Int?](repeating: nil, count: nodes.count)
        var isContinued = [Bool](repeating: false, count: nodes.count)
        for position in order where nodes[position].message != nil {
            let before = above[position]
            guard let parent = before, isRun(parent, position), let run = places[parent] else {
                places[position] = lines.count
                lines.append((position, before.flatMap { places[$0] }))
                continue
            }
            // The run grows where this is all that comes next; else another message begins as it did.
            if isAsked[parent] || isContinued[parent] {
                places[position] = lines.count
                lines.append((position, lines[run].parent))
            } else {
                isContinued[parent] = true
                places[position] = run
                lines[run].tip = position
            }
        }
        let newest = order.last { places[$0] != nil }
        return (joined(lines, above), place(of: id, places, above) ?? newest.flatMap { places[$0] })
    }

    /// Of each node, the nearest one above it that has a message.
    private func keptAbove(_ order: [Int]) -> [Int?] {
        var above = [Int?](repeating: nil, count: nodes.count)
        for position in order {
            guard let parent = parents[position] else { continue }
            above[position] = nodes[parent].message == nil ? above[parent] : parent
        }
        return above
    }

    private func isRun(_ first: Int, _ second: Int) -> Bool {
        nodes[first].message?.role == .assistant && nodes[second].message?.role == .assistant
    }

    private func place(of id: String?, _ places: [Int?], _ above: [Int?]) -> Int? {
        guard let id, let position = positions[id] else { return nil }
        return places[position] ?? above[position].flatMap { places[$0] }
    }

    private func joined(_ lines: [(tip: Int, parent: Int?)], _ above: [Int?]) -> [ImportedMessage] {
        var isWritten = [Bool](repeating: false, count: nodes.count)
        var copied = 0
        return lines.compactMap { line in
            var pieces: [ImportedMessage] = []
            var next: Int? = line.tip
            while let position = next, let piece = nodes[position].message {
                if isWritten[position] {
                    copied += piece.content.utf8.count
                    guard copied <= Self.copyLimit else { break }
                }
                isWritten[position] = true
                pieces.append(piece)
                next = above[position].flatMap { isRun($0, position) ? $0 : nil }
            }
            return Self.message(of: pieces.reversed(), after: line.parent)
        }
    }

    private static func message(of pieces: [ImportedMessage], after parent: Int?) -> ImportedMessage? {
        guard let last = pieces.last else { return nil }
        return ImportedMessage(
            role: last.role, content: pieces.map(\.content).joined(separator: "\n\n"),
            createdAt: pieces.lazy.compactMap(\.createdAt).first, model: pieces.last { $0.model != nil }?.model, parent: parent,
            finish: last.finish, metadata: pieces.last { !$0.metadata.isEmpty }?.metadata ?? [:])
    }
}
