import Access
import Conversation
import TimeOrdered
import Turns

/// What a user has used of a day, and what they may.
struct DayLimit {
    let services: ServerServices

    /// Tokens of today.
    func used(by asker: Asker) async throws -> Int { try await used(by: asker, on: CalendarDate(services.clock.now())) }

    /// - Throws: 429 until midnight where the day is used up.
    func check(_ asker: Asker) async throws {
        guard let limit = asker.limits.tokensPerDay else { return }
        let now = services.clock.now()
        let today = CalendarDate(now)
        guard try await used(by: asker, on: today) >= limit else { return }
        let milliseconds = today.advanced(by: 1).start.milliseconds - now.milliseconds
        throw Problem.tokenLimitReached(limit: limit, retryAfter: Int((milliseconds + 999) / 1000))
    }

    private func used(by asker: Asker, on date: CalendarDate) async throws -> Int {
        let query = UsageQuery(workspaceID: asker.workspaceID, userID: asker.userID, dates: date...date)
        let (logged, unlogged) = (try await services.log.usageTotal(query).tokens, services.turns.unlogged.tokens(of: asker.userID, on: date))
        let (sum, overflow) = logged.addingReportingOverflow(unlogged)
        return overflow ? .max : sum
    }
}
