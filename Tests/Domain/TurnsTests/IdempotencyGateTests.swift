import Conversation
import Synchronization
import Testing
import TimeOrdered
import Turns

/// Several equal requests, of which one is done.
@Suite(.timeLimit(.minutes(2)))
struct IdempotencyGateTests {
    private let log = ScriptedLog()
    private let gate: IdempotencyGate
    private let ids = UUIDv7Generator()
    private let user: UUIDv7

    init() {
        gate = IdempotencyGate(log: log)
        user = ids.next()
    }

    private func newStream() -> TurnStream { TurnStream(sessionID: ids.next(), turnID: ids.next(), createdAt: Timestamp(milliseconds: 0)) }

    private func enter(_ fingerprint: [UInt8] = [1], user: UUIDv7? = nil, stream: TurnStream? = nil) async throws -> IdempotencyGate.Decision {
        try await gate.enter(user: user ?? self.user, key: "k", fingerprint: fingerprint, stream: stream)
    }

    /// What fifty requests at the same time are told; nil where the look at the log failed.
    private func crowd() async -> [(own: TurnStream, decision: IdempotencyGate.Decision?)] {
        await withTaskGroup { group in
            for _ in 0..<50 {
                let own = newStream()
                // reason: which of them failed is what is counted
                group.addTask { [gate, user] in (own, try? await gate.enter(user: user, key: "k", fingerprint: [1], stream: own)) }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
    }

    private func expectOneProceeds(_ told: [(own: TurnStream, decision: IdempotencyGate.Decision?)], failed: Int) {
        var first: [TurnStream] = []
        var shared: [TurnStream] = []
        for (own, decision) in told {
            switch decision {
            case .proceed: first.append(own)
            case .running(let stream?): shared.append(stream)
            default: break
            }
        }
        #expect(first.count == 1)
        #expect(shared.count == told.count - 1 - failed)
        #expect(shared.allSatisfy { $0 === first.first })
        #expect(told.count { $0.decision == nil } == failed)
    }

    @Test func oneOfFiftyProceedsAndTheOthersShareItsStream() async {
        log.beforeEach { _ in for _ in 0..<20 { await Task.yield() } }
        expectOneProceeds(await crowd(), failed: 0)
    }

    @Test func aFailedLookLetsTheNextOneTry() async {
        let failures = Mutex(3)
        log.beforeEach { _ in
            for _ in 0..<20 { await Task.yield() }
            let fails = failures.withLock { left in
                left -= 1
                return left >= 0
            }
            if fails { throw LogError.unavailable(reason: "test") }
        }
        expectOneProceeds(await crowd(), failed: 3)
    }

    @Test func aFailedLookIsAnErrorAndNothingStaysBehind() async throws {
        log.beforeEach { _ in throw LogError.full }
        await #expect(throws: LogError.full) { try await enter() }
        log.beforeEach { _ in }
        guard case .proceed = try await enter() else {
            Issue.record("the key is stuck")
            return
        }
    }

    @Test func anotherRequestUnderTheKeyIsAMismatch() async throws {
        _ = try await enter([1])
        guard case .mismatch = try await enter([2]) else {
            Issue.record("while the first runs")
            return
        }
        try await gate.save(user: user, key: "k", fingerprint: [1], status: 201, body: [])
        gate.leave(user: user, key: "k")
        guard case .mismatch = try await enter([2]) else {
            Issue.record("after the first")
            return
        }
    }

    @Test func keysOfAnotherUserAreOthers() async throws {
        _ = try await enter()
        guard case .proceed = try await enter([2], user: ids.next()) else {
            Issue.record("users share keys")
            return
        }
    }

    @Test func aRequestWithoutStreamIsOnlyKnownToRun() async throws {
        _ = try await enter()
        guard case .running(nil) = try await enter() else {
            Issue.record("it is not known to run")
            return
        }
    }

    @Test func whoLeavesWithoutAnAnswerLetsTheNextProceed() async throws {
        _ = try await enter()
        gate.leave(user: user, key: "k")
        guard case .proceed = try await enter() else {
            Issue.record("the key is stuck")
            return
        }
    }

    @Test func anAnswerThatWasSavedIsGivenAgain() async throws {
        _ = try await enter()
        try await gate.save(user: user, key: "k", fingerprint: [1], status: 201, body: [7, 0, 9])
        gate.leave(user: user, key: "k")
        for _ in 0..<3 {
            guard case .done(.response(status: 201, body: [7, 0, 9])) = try await enter() else {
                Issue.record("the answer is not given again")
                return
            }
        }
    }

    @Test func aTurnThatWasBegunBeforeIsFoundAfterARestart() async throws {
        let (session, turn) = (ids.next(), ids.next())
        try await log.save(IdempotencyClaim(userID: user, key: "k", fingerprint: [1], outcome: .turn(session: session, turn: turn)))
        guard case .done(.turn(let foundSession, let foundTurn)) = try await enter() else {
            Issue.record("the turn is not found")
            return
        }
        #expect(foundSession == session)
        #expect(foundTurn == turn)
    }
}
