import Access
import Hummingbird
import NIOCore
import Testing
import TimeOrdered

@testable import LoquatServer

@Suite struct StreamSlotsTests {
    private let ids = UUIDv7Generator()

    private func credential(key: String = "a", of user: UserID) -> Credential {
        let asker = Asker(userID: user, workspaceID: user, role: .member, scopes: [])
        let head = HTTPRequest(method: .get, scheme: nil, authority: nil, path: "/", headerFields: [.authorization: "Bearer \(key)"])
        return Credential(asker, Request(head: head, body: RequestBody(buffer: ByteBuffer())))
    }

    @Test func zeroIsNoLimit() { #expect(StreamSlots(limit: 0) == nil) }

    @Test func eachKeyHasItsOwn() throws {
        let slots = try #require(StreamSlots(limit: 1))
        let user = ids.next()
        let first = StreamSlot(slots, credential(of: user))
        let second = StreamSlot(slots, credential(of: user))
        let other = StreamSlot(slots, credential(key: "b", of: user))
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
        let credential = credential(of: ids.next())
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
