import Conversation
import GRDB

/// Finds ways through the tree of turns, reading of each turn on the way what the way needs, once.
final class LineReader {
    /// Where a turn stands in the tree.
    struct Place: LineTurn {
        let id: TurnID
        let parentID: TurnID?
        let depth: Int
        let jumpID: TurnID?

        init(_ row: TurnRow) {
            id = row.id
            parentID = row.parentID
            depth = row.depth
            jumpID = row.jumpID
        }

        fileprivate init(id: TurnID, _ row: Row) {
            self.id = id
            parentID = row[0]
            depth = row[1]
            jumpID = row[2]
        }
    }

    private let database: Database
    private var places: [TurnID: Place] = [:]

    init(_ database: Database) { self.database = database }

    var walk: LineWalk<Place, any Error> {
        LineWalk { (id: TurnID) throws(any Error) -> Place in
            guard let place = try self.place(of: id) else { throw LogError.unavailable(reason: "a turn of the line is missing") }
            return place
        }
    }

    func place(of id: TurnID) throws -> Place? {
        if let known = places[id] { return known }
        let statement = try database.cachedStatement(sql: "SELECT parent, depth, jump FROM turns WHERE id = ?")
        let place = try Row.fetchOne(statement, arguments: [id]).map { Place(id: id, $0) }
        places[id] = place
        return place
    }
}
