import Conversation
import Logging
import TestSupport
import Testing
import TimeOrdered
import Turns

/// Turns that ran when the process ended.
struct TurnRecoveryTests {
    private let log = ScriptedLog()
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    private func recover(_ spool: ScriptedSpool) async throws -> Int { try await TurnRecovery.run(log: log, spool: spool, logger: logger) }

    private func record(_ turns: StoredTurns, _ turn: TurnID) async throws -> TurnRecord {
        let entries = try #require(try await log.entries(of: turn, in: turns.session))
        #expect(entries.outcomes == [.interrupted])
        return try #require(entries.record(of: turns.session))
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func whatWasShownIsThere(seed: UInt64) async throws {
        var random = SeededRandom(seed: seed)
        let turns = StoredTurns(log)
        try await turns.add("before", "answer")
        let opened = try await turns.open("q")
        let shown = SampleEvents.answer(&random)
        let spool = ScriptedSpool(left: [opened.turnID: shown])
        #expect(try await recover(spool) == 1)
        let record = try await record(turns, opened.turnID)
        #expect(Array(record.events.dropFirst().dropLast()) == shown)
        #expect(record.events.last == SampleEvents.done(turns.session, opened.turnID, .interrupted))
        #expect(record.message.status == .interrupted)
        #expect(record.message.userTurnID == opened.userTurnID)
        #expect(spool.released == [opened.turnID])
        #expect(try await log.openTurns().isEmpty)
        #expect(try await turns.row?.runningTurnID == nil)
    }

    @Test func aTurnThatHadShownNothingIsClosedToo() async throws {
        let turns = StoredTurns(log)
        let opened = try await turns.open("q")
        #expect(try await recover(ScriptedSpool()) == 1)
        #expect(try await record(turns, opened.turnID).message.content.isEmpty)
    }

    @Test func eachTurnGetsItsOwnText() async throws {
        let all = [StoredTurns(log), StoredTurns(log), StoredTurns(log)]
        var left: [TurnID: [TurnEvent]] = [:]
        var opened: [TurnOpened] = []
        for (number, turns) in all.enumerated() {
            opened.append(try await turns.open("q"))
            left[opened[number].turnID] = [.delta("text \(number)")]
        }
        #expect(try await recover(ScriptedSpool(left: left)) == 3)
        for (number, turns) in all.enumerated() { #expect(try await record(turns, opened[number].turnID).message.content == "text \(number)") }
    }

    @Test func aTurnThatWasStoredIsNotStoredAgain() async throws {
        let turns = StoredTurns(log)
        try await turns.add("q", "a")
        let before = try await log.allEvents(of: turns.session)
        let turn = try #require(before.last?.group)
        let spool = ScriptedSpool(left: [turn: [.delta("a")]])
        #expect(try await recover(spool) == 0)
        #expect(try await log.allEvents(of: turns.session) == before)
        #expect(spool.released == [turn])
    }

    @Test func twiceInARowIsTheSame() async throws {
        let turns = StoredTurns(log)
        let opened = try await turns.open("q")
        let spool = ScriptedSpool(left: [opened.turnID: [.delta("half")]])
        _ = try await recover(spool)
        let once = try await log.allEvents(of: turns.session)
        #expect(try await recover(spool) == 0)
        #expect(try await log.allEvents(of: turns.session) == once)
    }

    /// The spool is the only place where the text is until the log has it.
    @Test func whatCannotBeStoredStaysInTheSpool() async throws {
        let all = [StoredTurns(log), StoredTurns(log)]
        var left: [TurnID: [TurnEvent]] = [:]
        for turns in all { left[try await turns.open("q").turnID] = [.delta("text")] }
        let spool = ScriptedSpool(left: left)
        let appends = ScriptedFailure(at: 2)
        log.beforeEach { call in if case .append = call { try appends.next() } }
        await #expect(throws: LogError.full) { try await recover(spool) }
        #expect(spool.released.isEmpty)
        #expect(try await recover(spool) == 1)
        for turns in all {
            let turn = try #require(try await log.allEvents(of: turns.session).last?.group)
            #expect(try await record(turns, turn).message.content == "text")
        }
    }

    /// The end of a turn could not be stored, and the conversation went on.
    @Test func aTurnThatWasLeftOpenIsClosedAfterALaterOne() async throws {
        let turns = StoredTurns(log)
        let opened = try await turns.open("q")
        try await turns.add("later", "answer")
        #expect(try await recover(ScriptedSpool(left: [opened.turnID: [.delta("half")]])) == 1)
        #expect(try await record(turns, opened.turnID).message.content == "half")
        #expect(try await log.rebuild(repair: false).differing.isEmpty)
    }
}
