package import TimeOrdered

/// What turns have used, added up.
package struct UsageSum: Sendable, Hashable, Codable {
    /// Turns that ended, however they did.
    package var turns: Int
    /// Tokens, as providers counted them; those of turns whose provider told none are missing.
    package var promptTokens: Int
    package var completionTokens: Int

    package init(turns: Int = 0, promptTokens: Int = 0, completionTokens: Int = 0) {
        self.turns = turns
        self.promptTokens = promptTokens
        self.completionTokens = completionTokens
    }

    package var tokens: Int { promptTokens + completionTokens }

    package static func += (left: inout UsageSum, right: UsageSum) {
        left.turns += right.turns
        left.promptTokens += right.promptTokens
        left.completionTokens += right.completionTokens
    }
}

/// What one user's turns with one model used on one day.
package struct UsageRow: Sendable, Hashable, Codable {
    package let date: CalendarDate
    package let userID: UUIDv7
    /// At most `longestModel` characters; nil where a turn broke off before it was known.
    package let model: String?
    package var sum: UsageSum

    package init(date: CalendarDate, userID: UUIDv7, model: String?, sum: UsageSum) {
        self.date = date
        self.userID = userID
        self.model = model
        self.sum = sum
    }

    /// A client may call a model what it likes.
    package static let longestModel = 200
    /// No turn reads or writes as much: what a provider says beyond it is not believed, and no sum overflows.
    private static let mostTokens = 1_000_000_000

    /// What an event of a user's session, or of a workspace's log, adds. What happened in another session is counted there.
    package static func added(by event: LogEvent, _ payload: EventPayload, in session: SessionRow) -> [UsageRow] {
        guard event.seq > session.copiedEvents else { return [] }
        return added(by: event, payload, user: session.userID)
    }

    /// The same of a session of this user.
    package static func added(by event: LogEvent, _ payload: EventPayload, user: UUIDv7) -> [UsageRow] {
        switch payload {
        case .assistantMessage(let message):
            func counted(_ tokens: Int?) -> Int { min(max(0, tokens ?? 0), mostTokens) }
            let sum = UsageSum(
                turns: 1, promptTokens: counted(message.usage?.promptTokens), completionTokens: counted(message.usage?.completionTokens))
            return [UsageRow(date: CalendarDate(event.createdAt), userID: user, model: modelName(message.model), sum: sum)]
        case .audit(let record): return record.usage ?? []
        default: return []
        }
    }

    private static func modelName(_ name: String?) -> String? {
        guard let name, !name.isEmpty else { return nil }
        return String(String.UnicodeScalarView(name.unicodeScalars.prefix(longestModel)))
    }
}

/// Adds up the usage of one log, in any order.
package struct UsageFold: Sendable {
    private struct Key: Hashable {
        let date: CalendarDate
        let user: UUIDv7
        /// Two names are one only where their bytes are.
        let model: [UInt8]?
    }

    private var sums: [Key: UsageRow] = [:]

    package init() {}

    package mutating func add(_ rows: [UsageRow]) {
        for row in rows {
            let key = Key(date: row.date, user: row.userID, model: row.model.map { Array($0.utf8) })
            if sums[key] == nil { sums[key] = row } else { sums[key]?.sum += row.sum }
        }
    }

    package var isEmpty: Bool { sums.isEmpty }

    /// In the order of lists.
    package var rows: [UsageRow] { sums.values.sorted { UsagePlace($0) < UsagePlace($1) } }
}

/// Whose usage is asked for, and when.
package struct UsageQuery: Sendable {
    package let workspaceID: UUIDv7
    /// Nil for everybody in the workspace.
    package let userID: UUIDv7?
    package let dates: ClosedRange<CalendarDate>

    package init(workspaceID: UUIDv7, userID: UUIDv7?, dates: ClosedRange<CalendarDate>) {
        self.workspaceID = workspaceID
        self.userID = userID
        self.dates = dates
    }
}
