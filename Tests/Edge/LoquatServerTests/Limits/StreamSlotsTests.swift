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

    @Test func whatIsOpenCountsWhenALimitIsSet() throws {
        let (slots, key) = (StreamSlots(), ids.next())
        let open = (0..<3).map { _ in StreamSlot(slots, key, limit: nil) }
        for slot in open { try slot.take() }
        #expect(throws: Problem.self) { try StreamSlot(slots, key, limit: 3).take() }
        open[0].giveBack()
        try StreamSlot(slots, key, limit: 3).take()
    }

    @Test func eachKeyHasItsOwn() throws {
        let slots = StreamSlots()
        let key = ids.next()
        let first = StreamSlot(slots, key, limit: 1)
        let second = StreamSlot(slots, key, limit: 1)
        let other = StreamSlot(slots, ids.next(), limit: 1)
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
        let slots = StreamSlots()
        let credential = ids.next()
        do {
            let slot = StreamSlot(slots, credential, limit: 1)
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
