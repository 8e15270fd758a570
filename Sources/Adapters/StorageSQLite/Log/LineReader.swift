import Conversation
import GRDB

/// Reads rows of turns on the way through their tree, each once.
final class LineReader {
    private let database: Database
    private var rows: [TurnID: TurnRow] = [:]

    init(_ database: Database) { self.database = database }

    var walk: LineWalk<any Error> {
        LineWalk { (id: TurnID) throws(any Error) -> TurnRow in
            guard let row = try self.row(id) else { throw LogError.unavailable(reason: "a turn of the line is missing") }
            return row
        }
    }

    func row(_ id: TurnID) throws -> TurnRow? {
        if let known = rows[id] { return known }
        let row = try TurnRow.stored(id, database)
        rows[id] = row
        return row
    }
}
