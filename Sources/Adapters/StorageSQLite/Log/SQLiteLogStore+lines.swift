package import Conversation
import GRDB
import TimeOrdered

extension SQLiteLogStore {
    package func line(to head: TurnID, of session: SessionID, depths: Range<Int>) async throws -> [TurnRow] {
        try await reading { database in
            guard let head = try Self.turn(head, of: session, database), !depths.isEmpty, head.depth >= depths.lowerBound else { return [] }
            let last = try LineReader(database).walk.ancestor(of: LineReader.Place(head), at: depths.upperBound - 1)
            return try TurnRow.fetch(
                database,
                sql: """
                    WITH RECURSIVE line (id, steps) AS (
                        SELECT ?, ? UNION ALL
                        SELECT turns.parent, steps - 1 FROM line JOIN turns ON turns.id = line.id WHERE steps > 0 AND turns.parent IS NOT NULL)
                    SELECT turns.* FROM line JOIN turns ON turns.id = line.id ORDER BY turns.depth
                    """, arguments: [last.id, last.depth - max(0, depths.lowerBound)])
        }
    }

    package func fork(_ first: TurnID, _ second: TurnID, of session: SessionID) async throws -> TurnRow? {
        try await reading { database in
            guard let one = try Self.turn(first, of: session, database), let other = try Self.turn(second, of: session, database) else { return nil }
            let fork = try LineReader(database).walk.fork(LineReader.Place(one), LineReader.Place(other))
            return try fork.flatMap { try TurnRow.stored($0.id, database) }
        }
    }

    package func lineEnd(through turn: TurnID, of session: SessionID) async throws -> TurnID {
        try await reading { database in
            guard let target = try Self.turn(turn, of: session, database).map({ LineReader.Place($0) }) else { return turn }
            let reader = LineReader(database)
            let left = try Row.fetchCursor(
                database.cachedStatement(
                    sql: "SELECT id, tip FROM turns WHERE session = ? AND left_seq IS NOT NULL ORDER BY left_seq DESC"), arguments: [session])
            while let row = try left.next() {
                guard let from = try reader.place(of: row[0]), let tip = try reader.place(of: row[1]) else { continue }
                if try reader.walk.isOnLine(from, to: target), try reader.walk.isOnLine(target, to: tip) { return tip.id }
            }
            return turn
        }
    }

    package func superseding(_ turns: [TurnID], onLineTo head: TurnID, of session: SessionID) async throws -> [TurnID: TurnID] {
        try await reading { database in
            guard let head = try Self.turn(head, of: session, database).map({ LineReader.Place($0) }) else { return [:] }
            let walk = LineReader(database).walk
            var found: [TurnID: TurnID] = [:]
            for id in turns {
                guard let turn = try Self.turn(id, of: session, database).map({ LineReader.Place($0) }) else { continue }
                let fork = try walk.fork(turn, head)
                guard fork?.id != turn.id else { continue }
                let depth = fork.map { $0.depth + 1 } ?? 0
                if depth <= head.depth { found[id] = try walk.ancestor(of: head, at: depth).id }
            }
            return found
        }
    }
}
