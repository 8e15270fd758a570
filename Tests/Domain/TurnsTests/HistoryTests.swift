import Conversation
import Generation
import Testing
import TimeOrdered

@testable import Turns

/// The conversation as a prompt gets it.
struct HistoryTests {
    private let log = ScriptedLog()
    private let turns: StoredTurns

    init() { turns = StoredTurns(log) }

    private func history(_ pairs: Int = 10) async throws -> [String] {
        try await whole(pairs).pairs.map { "\($0.user)→\($0.assistant)" }
    }

    private func whole(_ pairs: Int) async throws -> History {
        let row = try #require(try await turns.row)
        return try await History(to: LineEnd(of: row), of: row.id, in: log, pairs: pairs)
    }

    private func history(before current: TurnID, _ pairs: Int) async throws -> History {
        let turn = try #require(try await log.turn(current, of: turns.session))
        return try await History(to: LineEnd(before: turn), of: turns.session, in: log, pairs: pairs)
    }

    @Test func pairsAreInTheirOrder() async throws {
        for number in 1...3 { try await turns.add("q\(number)", "a\(number)") }
        #expect(try await history() == ["q1→a1", "q2→a2", "q3→a3"])
    }

    @Test func theLastPairsAreKept() async throws {
        for number in 1...7 { try await turns.add("q\(number)", "a\(number)") }
        #expect(try await history(2) == ["q6→a6", "q7→a7"])
        #expect(try await history(7).count == 7)
        #expect(try await history(0).isEmpty)
    }

    @Test func theQuestionThatIsBeingAnsweredIsNoPair() async throws {
        for number in 1...4 { try await turns.add("q\(number)", "a\(number)") }
        try await turns.open("now")
        #expect(try await history(4) == ["q1→a1", "q2→a2", "q3→a3", "q4→a4"])
    }

    @Test func whatWasCutOffIsAPairAndWhatHasNoTextIsNone() async throws {
        try await turns.add("q1", "half", .interrupted)
        try await turns.add("q2", "", .failed)
        try await turns.add("q3", "some", .failed)
        #expect(try await history() == ["q1→half", "q3→some"])
    }

    /// A provider that was down for a while does not make the conversation forgotten.
    @Test func turnsWithoutTextDoNotHideThoseBefore() async throws {
        for number in 1...3 { try await turns.add("q\(number)", "a\(number)") }
        for number in 1...20 { try await turns.add("lost \(number)", "", .failed) }
        #expect(try await history(2) == ["q2→a2", "q3→a3"])
    }

    @Test(arguments: 1...3)
    func aReadThatFailsIsAnError(read: Int) async throws {
        try await turns.add("q", "a")
        let row = try #require(try await turns.row)
        let reads = ScriptedFailure(at: read)
        log.beforeEach { call in if case .read = call { try reads.next() } }
        await #expect(throws: LogError.full) { try await History(to: LineEnd(of: row), of: row.id, in: log, pairs: 3) }
    }

    @Test func whatClientsSendAlongIsTheirs() {
        let pairs = (1...4).map { DocumentPrompt.Pair(user: "q\($0)", assistant: "a\($0)") }
        #expect(History(pairs, limit: 2).pairs == Array(pairs.suffix(2)))
        #expect(History(pairs, limit: 2).said == ["q1", "q2", "q3", "q4"])
    }

    /// A search leans on the first thing that was said, however long ago, and on the last ones, answered or not; not on the one it is for.
    @Test func whatTheUserSaid() async throws {
        for number in 1...40 { try await turns.add("q\(number)", number == 40 ? "" : "a\(number)", number == 40 ? .failed : .complete) }
        let current = try await turns.open("now").userTurnID
        let said = try await history(before: current, 2).said
        #expect(said.first == "q1" && said.last == "q40")
        #expect(Set(said).count == said.count && !said.contains("now"))
        #expect(try await whole(2).said.last == "now")
    }

    @Test func aFirstTurnStandsAlone() async throws {
        let current = try await turns.open("now").userTurnID
        #expect(try await history(before: current, 2).said.isEmpty)
    }
}
