import HTTPTypes
import Testing

@testable import LoquatServer

struct ImportSlotsTests {
    @Test func oneMoreThanTheLimitIsToldToComeAgain() throws {
        let slots = ImportSlots()
        for _ in 0..<ImportSlots.limit { try slots.take() }
        let problem = #expect(throws: Problem.self) { try slots.take() }
        #expect(problem?.status == .tooManyRequests && problem?.code == "busy" && problem?.headers[.retryAfter] == "1")
        // Who was refused holds nothing.
        slots.giveBack()
        try slots.take()
        #expect(throws: Problem.self) { try slots.take() }
    }
}
