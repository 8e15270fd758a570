package import Conversation
import GRDB
import TimeOrdered

extension SQLiteLogStore {
    package func versions(of turns: [TurnRow]) async throws -> [TurnRow] {
        guard let session = turns.first?.sessionID else { return [] }
        var asked: [String] = []
        var arguments = StatementArguments()
        for (place, turns) in Dictionary(grouping: turns, by: VersionPlace.init) {
            let positions = turns.map(\.position)
            asked.append("(?, ?, ?, ?)")
            arguments += [place.parent, place.role.rawValue, positions.min(), positions.max()]
        }
        let farthest = NearVersions.limit - 1
        arguments += [session, session, farthest, session, farthest]
        let (sql, all) = (Self.query(asked), arguments)
        return try await reading { try TurnRow.fetch($0, sql: sql, arguments: all) }
    }

    /// From the first of the earlier ones that are wanted to the last of the later ones, so that no others are read.
    private static func query(_ asked: [String]) -> String {
        """
        WITH asked (parent, role, first, last) AS (VALUES \(asked.joined(separator: ", ")))
        SELECT turns.* FROM asked CROSS JOIN turns INDEXED BY turns_by_parent
        ON turns.session = ? AND turns.parent IS asked.parent AND turns.role = asked.role
            AND turns.position >= coalesce((
                SELECT earlier.position FROM turns AS earlier INDEXED BY turns_by_parent
                WHERE earlier.session = ? AND earlier.parent IS asked.parent AND earlier.role = asked.role AND earlier.position < asked.first
                ORDER BY earlier.position DESC LIMIT 1 OFFSET ?), 0)
            AND turns.position <= coalesce((
                SELECT later.position FROM turns AS later INDEXED BY turns_by_parent
                WHERE later.session = ? AND later.parent IS asked.parent AND later.role = asked.role AND later.position > asked.last
                ORDER BY later.position LIMIT 1 OFFSET ?), \(Int.max))
        ORDER BY turns.position
        """
    }
}
