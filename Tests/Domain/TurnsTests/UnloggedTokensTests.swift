import Conversation
import Testing
import TimeOrdered

@testable import Turns

struct UnloggedTokensTests {
    private let tokens = UnloggedTokens()
    private let ids = UUIDv7Generator()
    private let day = CalendarDate(days: 20_778)

    @Test func eachUsersDayIsAddedUp() {
        let (ada, bob) = (ids.next(), ids.next())
        for count in [1, 20] { tokens.add(TokenUsage(promptTokens: count, completionTokens: 1), of: ada, on: day) }
        tokens.add(nil, of: ada, on: day)
        tokens.add(TokenUsage(promptTokens: -5, completionTokens: 0), of: ada, on: day)
        #expect(tokens.tokens(of: ada, on: day) == 23 && tokens.tokens(of: bob, on: day) == 0)
        #expect(tokens.tokens(of: ada, on: day.advanced(by: 1)) == 0)
        tokens.add(TokenUsage(promptTokens: 7, completionTokens: 0), of: bob, on: day.advanced(by: 1))
        #expect(tokens.tokens(of: ada, on: day.advanced(by: 1)) == 0 && tokens.tokens(of: bob, on: day.advanced(by: 1)) == 7)
        tokens.add(TokenUsage(promptTokens: .max, completionTokens: .max), of: bob, on: day.advanced(by: 1))
        #expect(tokens.tokens(of: bob, on: day.advanced(by: 1)) == .max)
    }

    @Test func theTableIsBounded() {
        let users = (0..<10_100).map { _ in ids.next() }
        for user in users { tokens.add(TokenUsage(promptTokens: 1, completionTokens: 0), of: user, on: day) }
        #expect(users.filter { tokens.tokens(of: $0, on: day) == 1 }.count == 10_000)
    }
}
