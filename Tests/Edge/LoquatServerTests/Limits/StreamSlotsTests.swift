import Access
import HTTPTypes
import Testing
import TimeOrdered

@testable import LoquatServer

@Suite struct StreamSlotsTests {
    private let ids = UUIDv7Generator()

    private func asker(_ user: UserID, by credential: Credential) -> Asker {
        Asker(userID: user, workspaceID: user, role: .member, scopes: [], credential: credential)
    }

    @Test func aKeyIsCountedByItselfAndTokensByTheirUser() {
        let (user, key) = (ids.next(), ids.next())
        #expect(asker(user, by: .key(key)).countedAs == key)
        #expect(asker(user, by: .token(ids.next())).countedAs == user)
        #expect(asker(user, by: .login(ids.next())).countedAs == user)
    }

    @Test func zeroIsNoLimit() { #expect(StreamSlots(limit: 0) == nil) }

    @Test func eachKeyHasItsOwn() throws {
        let slots = try #require(StreamSlots(limit: 1))
        let key = ids.next()
        let first = StreamSlot(slots, key)
        let second = StreamSlot(slots, key)
        let other = StreamSlot(slots, ids.next())
        try first.take()
        try first.take()
        #expect(throws: Problem.self) { try second.take() }
        try other.take()
        first.giveBack()
        first.giveBack()
        try second.take()
        #expect(throws: Problem.self) { try first.take() }
    }

    @Test func whatIsForgottenIsGivenBack() throws {
        let slots = try #require(StreamSlots(limit: 1))
        let credential = ids.next()
        do {
            let slot = StreamSlot(slots, credential)
            try slot.take()
            #expect(slots.count(credential) == 1)
        }
        #expect(slots.count(credential) == 0)
    }

    @Test func aRefusalSaysWhatTheLimitIs() throws {
        let problem = Problem.tooManyStreams(limit: 7)
        #expect(problem.status == .tooManyRequests)
        #expect(problem.headers[.retryAfter] == "1")
        #expect(problem.headers.contains { $0.name.canonicalName == "ratelimit-limit" && $0.value == "7" })
    }
}
