import Testing

@testable import LoquatServer

@Suite struct ConnectionStateTests {
    private static let limits = ConnectionState.Limits(head: 2, idle: 5, stall: 3, stallBytes: 100, answer: 4, linger: 2)
    private static let request = ConnectionState.Request(isOld: false, isLast: false)

    /// The first tick that ends the connection, and why.
    private func expiry(_ state: inout ConnectionState, within ticks: Int = 50, waiting: Int = 0) -> (tick: Int, ConnectionState.Expiry)? {
        for tick in 1...ticks {
            if let expiry = state.tick(waiting: waiting) { return (tick, expiry) }
        }
        return nil
    }

    private func expect(_ found: (tick: Int, ConnectionState.Expiry)?, _ tick: Int, _ expiry: ConnectionState.Expiry) {
        #expect(found?.tick == tick)
        #expect(found?.1 == expiry)
    }

    private func answered() -> ConnectionState {
        var state = ConnectionState(Self.limits)
        state.bytesCame()
        state.headCame(Self.request)
        state.requestEnded()
        state.answerBegan()
        state.answerEnded()
        return state
    }

    @Test func aConnectionThatSaysNothing() {
        var state = ConnectionState(Self.limits)
        expect(expiry(&state), 2, .silent)
    }

    @Test func aHeadThatDoesNotEnd() {
        var state = ConnectionState(Self.limits)
        #expect(state.tick(waiting: 0) == nil)
        state.bytesCame()
        #expect(state.reading == .head)
        #expect(state.tick(waiting: 0) == nil)
        // More bytes of it do not give more time.
        state.bytesCame()
        expect(expiry(&state), 1, .slowHead)
    }

    @Test func aConnectionBetweenRequestsMayRestLonger() {
        var state = answered()
        #expect(state.reading == .idle && state.requests.isEmpty)
        expect(expiry(&state), 5, .silent)
        var again = answered()
        for _ in 0..<4 { #expect(again.tick(waiting: 0) == nil) }
        again.bytesCame()
        expect(expiry(&again), 2, .slowHead)
    }

    @Test func aBodyMustComeAtTheLeastRate() {
        var state = ConnectionState(Self.limits)
        state.bytesCame()
        state.headCame(Self.request)
        state.readWanted()
        for _ in 0..<9 {
            state.bodyCame(34)
            #expect(state.tick(waiting: 0) == nil)
        }
        state.bodyCame(99)
        expect(expiry(&state), 3, .slowBody)
    }

    @Test func aBodyThatIsNotWantedMayWait() {
        var state = ConnectionState(Self.limits)
        state.headCame(Self.request)
        state.answerBegan()
        state.readWanted()
        state.readCompleted()
        #expect(expiry(&state) == nil)
    }

    @Test func anAnswerMustBegin() {
        var state = ConnectionState(Self.limits)
        state.headCame(Self.request)
        state.requestEnded()
        expect(expiry(&state), 4, .lateAnswer)
    }

    @Test func anAnswerThatHasBegunMayTakeAnyTime() {
        var state = ConnectionState(Self.limits)
        state.headCame(Self.request)
        state.requestEnded()
        state.answerBegan()
        #expect(expiry(&state) == nil)
    }

    @Test func eachPipelinedRequestHasItsOwnTime() {
        var state = ConnectionState(Self.limits)
        for _ in 0..<2 {
            state.headCame(Self.request)
            state.requestEnded()
        }
        for _ in 0..<3 { #expect(state.tick(waiting: 0) == nil) }
        state.answerBegan()
        state.answerEnded()
        expect(expiry(&state), 4, .lateAnswer)
    }

    @Test func aClientThatTakesNothing() {
        var state = answered()
        state.writabilityChanged(false)
        #expect(state.mayStall)
        expect(expiry(&state, waiting: 1_000), 4, .stalledReader)
    }

    @Test func aClientThatTakesItSlowly() {
        var state = answered()
        state.headCame(Self.request)
        state.requestEnded()
        state.answerBegan()
        state.writabilityChanged(false)
        for left in stride(from: 1_000, through: 400, by: -40) { #expect(state.tick(waiting: left) == nil) }
        expect(expiry(&state, waiting: 400), 3, .stalledReader)
        state.writabilityChanged(true)
        #expect(!state.mayStall)
        #expect(expiry(&state) == nil)
    }

    @Test func aLastAnswerThatStillGoesIsWaitedFor() {
        var state = answered()
        state.linger()
        #expect(state.mayStall)
        for left in stride(from: 10_000, through: 40, by: -40) { #expect(state.tick(waiting: left) == nil) }
        expect(expiry(&state, waiting: 0), 2, .lingered)
    }

    @Test func aLastAnswerThatNobodyTakesIsNot() {
        var state = answered()
        state.linger()
        expect(expiry(&state, waiting: 10), 4, .stalledReader)
    }

    @Test func theLastRequestEndsTheReading() {
        var state = ConnectionState(Self.limits)
        state.headCame(.init(isOld: true, isLast: true))
        state.requestEnded()
        #expect(state.reading == .over)
        state.bytesCame()
        #expect(state.reading == .over)
    }

    @Test func aLastAnswerMayBeReadForAWhile() {
        var state = ConnectionState(Self.limits)
        state.linger()
        #expect(state.reading == .over)
        expect(expiry(&state), 2, .lingered)
    }

    @Test func zeroIsNoLimit() {
        var state = ConnectionState(.init())
        #expect(expiry(&state) == nil)
        state.headCame(Self.request)
        state.readWanted()
        #expect(expiry(&state) == nil)
        state.requestEnded()
        #expect(expiry(&state) == nil)
        state.writabilityChanged(false)
        #expect(expiry(&state, waiting: 10) == nil)
    }

    @Test func timesAreRoundedUpToTicks() {
        var limits = ConnectionLimits()
        limits.headerTimeout = .seconds(1)
        limits.answerTimeout = .zero
        let ticks = ConnectionState.Limits(limits)
        #expect(limits.tick == .milliseconds(250))
        #expect(ticks.head == 4 && ticks.idle == 300 && ticks.stall == 120 && ticks.answer == 0)
        #expect(ticks.stallBytes == 15_000)
    }
}
