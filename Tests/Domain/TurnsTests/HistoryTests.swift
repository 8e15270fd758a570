import Conversation
import Generation
import Testing

@testable import Turns

/// The conversation as a prompt gets it.
struct HistoryTests {
    private let log = ScriptedLog()
    private let turns: StoredTurns

    init() { turns = StoredTurns(log) }

    private func history(_ pairs: Int = 10) async throws -> [String] {
        try await History.load(from: log, session: turns.row, pairs: pairs).map { "\($0.user)→\($0.assistant)" }
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

    @Test(arguments: 1...2)
    func aReadThatFailsIsAnError(read: Int) async throws {
        try await turns.add("q", "a")
        let row = try await turns.row
        let reads = ScriptedFailure(at: read)
        log.beforeEach { call in if case .read = call { try reads.next() } }
        await #expect(throws: LogError.full) { try await History.load(from: log, session: row, pairs: 3) }
    }

    @Test func aNewSessionHasNoneAndNothingIsRead() async throws {
        log.beforeEach { _ in throw LogError.full }
        #expect(try await History.load(from: log, session: nil, pairs: 3).isEmpty)
    }
}
