package import Conversation
import Foundation
import GRDB
import TimeOrdered

extension SQLiteLogStore {
    package func usage(_ query: UsageQuery, _ page: PageRequest) async throws -> Page<UsageRow> {
        let after = try page.cursor.map { text throws(InvalidCursor) in try UsagePlace(cursor: text) }
        return try await reading { database in
            let (condition, arguments) = query.condition
            let place: StatementArguments = [after?.day, after?.day, after?.day, after?.user, after.map { Data($0.model) }]
            let rows = try Row.fetchAll(
                database,
                sql: """
                    SELECT day, user, model, \(Self.sums) FROM usage
                    WHERE \(condition) AND (? IS NULL OR day < ? OR (day = ? AND (user, model) > (?, ?)))
                    GROUP BY day, user, model ORDER BY day DESC, user, model LIMIT ? OFFSET ?
                    """, arguments: arguments + place + [page.limit + 1, page.offset])
            let items = rows.prefix(page.limit).map(UsageRow.init)
            return Page(items: items, next: rows.count > page.limit ? items.last.map { UsagePlace($0).cursor } : nil)
        }
    }

    package func usageTotal(_ query: UsageQuery) async throws -> UsageSum {
        try await reading { database in
            let (condition, arguments) = query.condition
            let statement = try database.cachedStatement(sql: "SELECT \(Self.sums) FROM usage WHERE \(condition)")
            return try Row.fetchOne(statement, arguments: arguments).map(UsageSum.init) ?? UsageSum()
        }
    }

    private static let sums =
        "coalesce(sum(turns), 0) AS turns, coalesce(sum(prompt_tokens), 0) AS prompt_tokens, "
        + "coalesce(sum(completion_tokens), 0) AS completion_tokens"
}

extension UsageQuery {
    fileprivate var condition: (sql: String, arguments: StatementArguments) {
        let dates: StatementArguments = [workspaceID, dates.lowerBound.days, dates.upperBound.days]
        guard let userID else { return ("workspace = ? AND day BETWEEN ? AND ?", dates) }
        return ("workspace = ? AND day BETWEEN ? AND ? AND user = ?", dates + [userID])
    }
}
