import Conversation
import TestSupport
import Testing
import TimeOrdered

/// The short way through a tree leads where the long one does.
struct LineWalkTests {
    private struct Tree {
        var rows: [TurnID: TurnRow] = [:]
        var order: [TurnID] = []
        let ids = UUIDv7Generator(random: { 5 })
        /// How often a row was looked up.
        final class Count { var looks = 0 }
        let count = Count()

        var walk: LineWalk<TurnRow, LogError> {
            LineWalk { [rows, count] id throws(LogError) in
                count.looks += 1
                guard let row = rows[id] else { throw .unavailable(reason: "no row") }
                return row
            }
        }

        mutating func add(after parent: TurnID?) throws {
            let (id, session) = (ids.next(), UUIDv7(high: 1, low: 1))
            let before = parent.flatMap { rows[$0] }
            rows[id] = TurnRow(
                id: id, sessionID: session, position: order.count + 1, role: .user, status: .complete, parentID: parent,
                depth: before.map { $0.depth + 1 } ?? 0, jumpID: try before.map { try walk.jump(after: $0) },
                createdAt: Timestamp(milliseconds: 0))
            order.append(id)
        }

        func line(to id: TurnID) -> [TurnID] {
            var (line, next) = ([TurnID](), Optional(id))
            while let row = next.flatMap({ rows[$0] }) {
                line.insert(row.id, at: 0)
                next = row.parentID
            }
            return line
        }
    }

    @Test(arguments: 1...30 as ClosedRange<UInt64>)
    func ancestorsAndForks(_ seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        var tree = Tree()
        for number in 0..<120 {
            // Some lines begin anew, most go on from near the end.
            let isRoot = number == 0 || Int.random(in: 0..<40, using: &random) == 0
            let from = tree.order.suffix(Bool.random(using: &random) ? 3 : 120).randomElement(using: &random)
            try tree.add(after: isRoot ? nil : from)
        }
        for _ in 0..<200 {
            let (one, other) = (try #require(tree.order.randomElement(using: &random)), try #require(tree.order.randomElement(using: &random)))
            let (line, otherLine) = (tree.line(to: one), tree.line(to: other))
            let (row, otherRow) = (try #require(tree.rows[one]), try #require(tree.rows[other]))
            for depth in line.indices { #expect(try tree.walk.ancestor(of: row, at: depth).id == line[depth]) }
            #expect(try tree.walk.ancestor(of: row, at: line.count + 3).id == one)
            #expect(try tree.walk.isOnLine(row, to: otherRow) == otherLine.contains(one))
            let shared = Array(zip(line, otherLine)).last { $0 == $1 }?.0
            #expect(try tree.walk.fork(row, otherRow)?.id == shared)
        }
    }

    /// Steps grow with the logarithm: a line of 20,000 turns is searched in some 40.
    @Test func aLongLineIsSearchedInFewSteps() throws {
        var tree = Tree()
        for number in 0..<20_000 { try tree.add(after: number == 0 ? nil : tree.order[number - 1]) }
        let (last, middle) = (try #require(tree.rows[tree.order[19_999]]), tree.order[7_777])
        tree.count.looks = 0
        #expect(try tree.walk.ancestor(of: last, at: 7_777).id == middle)
        #expect(tree.count.looks < 100)
        try tree.add(after: tree.order[12_345])
        let side = try #require(tree.rows[tree.order[20_000]])
        tree.count.looks = 0
        #expect(try tree.walk.fork(last, side)?.id == tree.order[12_345])
        #expect(tree.count.looks < 200)
    }
}
