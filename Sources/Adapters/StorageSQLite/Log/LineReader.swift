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

        static let columns = "id, parent, depth, jump"

        /// - Parameter row: it begins with these columns.
        init(_ row: Row) {
            id = row[0]
            parentID = row[1]
            depth = row[2]
            jumpID = row[3]
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
        let place = try database.cachedStatement(sql: "SELECT \(Place.columns) FROM turns WHERE id = ?").row([id]) { Place($0) }
        places[id] = place
        return place
    }
}
