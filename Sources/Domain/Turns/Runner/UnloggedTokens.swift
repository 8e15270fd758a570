import Conversation
import Synchronization
package import TimeOrdered

/// Tokens of turns that leave nothing in the log: no usage tells of them, but a user's day is not longer for it. Kept for today and for
/// as long as the process runs.
package final class UnloggedTokens: Sendable {
    /// Users remembered at the most; those of more are not counted.
    private static let limit = 10_000

    private struct Today {
        var date = CalendarDate(days: 0)
        var tokens: [UUIDv7: Int] = [:]
    }

    private let today = Mutex(Today())

    func add(_ usage: TokenUsage?, of user: UUIDv7, on date: CalendarDate) {
        guard let usage else { return }
        today.withLock { today in
            if today.date < date { today = Today(date: date) }
            guard today.date == date, today.tokens[user] != nil || today.tokens.count < Self.limit else { return }
            let (sum, overflow) = today.tokens[user, default: 0].addingReportingOverflow(max(0, usage.totalTokens))
            today.tokens[user] = overflow ? .max : sum
        }
    }

    package func tokens(of user: UUIDv7, on date: CalendarDate) -> Int {
        today.withLock { $0.date == date ? $0.tokens[user, default: 0] : 0 }
    }
}
