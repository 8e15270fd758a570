import Access
import Conversation
import SchemaReflection
import TimeOrdered

struct UsageResource: Codable, SchemaFields {
    let date: CalendarDate
    let userID: UUIDv7
    let model: String?
    let turns: Int
    let promptTokens: Int
    let completionTokens: Int

    init(_ row: UsageRow) {
        date = row.date
        userID = row.userID
        model = row.model
        turns = row.sum.turns
        promptTokens = row.sum.promptTokens
        completionTokens = row.sum.completionTokens
    }

    static let schemaName = "DayOfUsage"
    static let fields: [String: FieldRule] = UsageTotals.fields.merging([
        "date": .note("The day, in UTC."), "user_id": .note("Whose turns they were."),
        "model": .note("What answered; null where a turn broke off before it was known."),
    ]) { $1 }
}

struct UsageTotals: Codable, SchemaFields {
    let turns: Int
    let promptTokens: Int
    let completionTokens: Int

    init(_ sum: UsageSum) {
        turns = sum.turns
        promptTokens = sum.promptTokens
        completionTokens = sum.completionTokens
    }

    static let fields: [String: FieldRule] = [
        "turns": .note("Turns that ended, however they did."), "prompt_tokens": .note("Read, as providers counted them."),
        "completion_tokens": .note("Written, as providers counted them."),
    ]
}

struct UsageList: Codable, SchemaFields {
    let items: [UsageResource]
    let nextCursor: String?
    let totals: UsageTotals

    init(_ page: Page<UsageRow>, _ total: UsageSum) {
        items = page.items.map(UsageResource.init)
        nextCursor = page.next
        totals = UsageTotals(total)
    }

    static let fields: [String: FieldRule] = ListResponse<UsageResource>.fields.merging(["totals": .note("Of all pages.")]) { $1 }
}

/// What was set for the workspace.
struct WorkspaceLimitsResource: Codable, SchemaFields {
    let requestsPerMinute: Int?
    let concurrentStreams: Int?
    let tokensPerDay: Int?

    init(_ limits: WorkspaceLimits) {
        requestsPerMinute = limits.requestsPerMinute
        concurrentStreams = limits.concurrentStreams
        tokensPerDay = limits.tokensPerDay
    }

    static let schemaName = "WorkspaceLimits"
    static let fields: [String: FieldRule] = [
        "requests_per_minute": .note("Of one key; null for none."), "concurrent_streams": .note("Open with one key; null for none."),
        "tokens_per_day": .note("Of one user, read and written, on one day in UTC; null for none."),
    ]
}

struct LimitsResource: Codable, SchemaFields {
    let requestsPerMinute: Int?
    let concurrentStreams: Int?
    let tokensPerDay: Int?
    let tokensUsedToday: Int
    let workspace: WorkspaceLimitsResource

    static let schemaName = "Limits"
    static let fields: [String: FieldRule] = WorkspaceLimitsResource.fields.merging([
        "tokens_used_today": .note("By the caller."),
        "workspace": .note("As it was set for the workspace; the server's own settings may be narrower, and the narrower holds."),
    ]) { $1 }
}

/// The body of `PUT /limits`: takes the place of all that was set.
struct NewLimits: Decodable, SchemaFields {
    let requestsPerMinute: Int?
    let concurrentStreams: Int?
    let tokensPerDay: Int?

    var limits: WorkspaceLimits {
        WorkspaceLimits(requestsPerMinute: requestsPerMinute, concurrentStreams: concurrentStreams, tokensPerDay: tokensPerDay)
    }

    static let fields: [String: FieldRule] = [
        "requests_per_minute": .integer("Of one key; no limit if not said.", 1...1_000_000_000),
        "concurrent_streams": .integer("Open with one key; no limit if not said.", 1...1_000_000),
        "tokens_per_day": .integer("Of one user, on one day in UTC; no limit if not said.", 1...1_000_000_000_000_000),
    ]
}
