import Conversation
import ConversationTesting
import JSON
import TestSupport
import Testing
import TimeOrdered

@testable import Turns

/// What is taken in from an own export, and what is not however well it is sealed.
struct SessionImportTests {
    private let own = OwnExport()
    private let text = "Tall 🍊 [1]."

    private func citation(_ start: Int, _ end: Int) -> Citation {
        Citation(number: 1, citedNumber: 1, start: start, end: end, status: .verified, support: 1, quote: nil)
    }

    /// A session of one exchange whose answer is this one; its answer is event 5.
    private func session(
        _ content: String, steps: [Int], citations: [Citation] = [], chunks: [JSONValue] = [], status: TurnStatus = .complete
    ) -> [EventDraft] {
        let turn = SampleTurn(own.ids)
        let failure = status == .failed ? TurnFailure(code: "c", message: "m", retryable: true) : nil
        let answer = AssistantMessage(
            turnID: turn.id, userTurnID: turn.userTurnID, content: content, status: status, finishReason: nil, failure: failure, model: nil,
            citations: citations, recording: StreamRecording(steps: steps, chunks: chunks), usage: nil, timings: nil)
        return [own.created()] + turn.opening + [
            turn.freezing, EventDraft(.assistantMessage(answer), group: turn.id),
            EventDraft(.groupClosed(GroupClosed(outcome: status)), group: turn.id),
        ]
    }

    private func expectRefusal(
        _ drafts: [EventDraft], at seq: Int, _ reason: String, metadataLimit: Int = 4 << 20, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        do {
            _ = try await own.take(drafts, metadataLimit: metadataLimit)
            Issue.record("it was taken in", sourceLocation: sourceLocation)
        } catch let error as ImportError {
            #expect(error.code == "broken_export", sourceLocation: sourceLocation)
            #expect(error.message.hasPrefix("Event \(seq) ") && error.message.contains(reason), "\(error)", sourceLocation: sourceLocation)
        }
        let left = try await own.store.sessions(of: own.user, PageRequest(limit: 1))
        #expect(left.items.isEmpty, sourceLocation: sourceLocation)
    }

    // MARK: What is recorded

    @Test func whatARecorderWritesIsTakenIn() async throws {
        let all = [
            session(text, steps: [5, 4, 5, 0, 0, -1], citations: [citation(0, 11), citation(3, 3)], chunks: [["x": 1]]),
            session("", steps: [], status: .failed), session("", steps: [-1, -1], chunks: [["x": 1], ["y": 2]]),
            session("Ta", steps: [1, 1], status: .interrupted), session("Ta", steps: [2], status: .stopped),
        ]
        for drafts in all {
            let made = try await own.take(drafts)
            let exported = try await own.export(made)
            let again = try await own.take(exported)
            #expect(again.messageCount == 2 && again.headSeq == drafts.count)
        }
    }

    @Test(arguments: 0..<50 as Range<UInt64>)
    func whatAnyTurnRecordsIsTakenIn(seed: UInt64) async throws {
        var random = SeededRandom(seed: seed)
        var recorder = AnswerRecorder()
        for event in SampleEvents.answer(&random) {
            // Where a sentence stands is another matter.
            if case .citation = event { recorder.record(.citation(citation(0, 0))) } else { recorder.record(event) }
        }
        let recording = recorder.recording
        _ = try await own.take(session(recorder.text, steps: recording.steps, citations: recorder.citations, chunks: recording.chunks))
    }

    @Test func aRecordingOfAnotherAnswerIsRefused() async throws {
        let chunk: [JSONValue] = [["x": 1]]
        let others: [(steps: [Int], citations: [Citation], chunks: [JSONValue])] = [
            ([-2, 14], [], []), ([14, .min], [], []), ([.max], [], []), ([13], [], []), ([15], [], []), ([], [], []), ([14, 0], [], []),
            ([14], [citation(0, 5)], []), ([14, 0, 0], [citation(0, 5)], []), ([14, -1], [], []), ([14], [], chunk), ([14, -1, -1], [], chunk),
        ]
        for other in others {
            try await expectRefusal(
                session(text, steps: other.steps, citations: other.citations, chunks: other.chunks), at: 5, "its recording")
        }
    }

    @Test func aCitationOutsideOfItsTextIsRefused() async throws {
        for (start, end) in [(-1, 3), (0, 12), (12, 12), (5, 4), (Int.min, Int.max), (Int.max, Int.min)] {
            try await expectRefusal(session(text, steps: [14, 0], citations: [citation(start, end)]), at: 5, "a citation goes from")
        }
    }

    // MARK: Limits

    @Test func whatIsLongerThanTheAPITakesIsRefused() async throws {
        let (long, name) = (String(repeating: "x", count: SessionRow.longestTitle + 1), String(repeating: "x", count: Branch.longestName + 1))
        let turns = session("Tall", steps: [4])
        let head = turns.compactMap(\.group)[0]
        func more(_ payload: EventPayload, group: GroupID? = nil) -> [EventDraft] { turns + [EventDraft(payload, group: group)] }

        try await expectRefusal(more(.sessionUpdated(SessionUpdated(title: long))), at: 7, "its title")
        let marked = "a" + String(repeating: "\u{301}", count: 10_000)
        try await expectRefusal([own.created(marked)] + turns.dropFirst(), at: 1, "its title")
        try await expectRefusal(more(.titleMade(TitleMade(turnID: head, title: marked)), group: head), at: 7, "its title")
        for bad in [name, "", "a\nb", "\u{202e}gpj", " "] {
            try await expectRefusal(more(.branchCreated(BranchCreated(name: bad, turnID: head))), at: 7, "the name of a branch")
            try await expectRefusal(more(.branchRenamed(BranchRenamed(name: "main", newName: bad))), at: 7, "the name of a branch")
        }
        let metadata: JSONObject = ["of": .string(String(repeating: "x", count: 200))]
        try await expectRefusal(more(.sessionUpdated(SessionUpdated(metadata: metadata))), at: 7, "its metadata", metadataLimit: 200)
        #expect(try await own.take(more(.sessionUpdated(SessionUpdated(title: String(long.dropLast()), metadata: metadata)))).headSeq == 7)
    }

    /// As rules alone: so long an answer takes long to write.
    @Test func anAnswerMayHaveItsLimitsAndNoMore() throws {
        let rules = ImportRules(metadataLimit: 100)
        func answer(_ length: Int, citations: Int) -> EventPayload {
            let steps = [length] + Array(repeating: StreamRecording.citation, count: citations)
            return .assistantMessage(
                AssistantMessage(
                    turnID: own.user, userTurnID: own.user, content: String(repeating: "x", count: length), status: .complete, finishReason: nil,
                    failure: nil, model: nil, citations: Array(repeating: citation(0, 1), count: citations),
                    recording: StreamRecording(steps: steps), usage: nil, timings: nil))
        }
        // What a turn may write, with the piece that is too much.
        #expect(AssistantMessage.contentLimit >= 2 * TurnMachine.answerLimit)
        let (length, citations) = (AssistantMessage.contentLimit, AssistantMessage.citationLimit)
        try rules.check(answer(length, citations: citations))
        let long = #expect(throws: ImportRules.Refusal.self) { try rules.check(answer(length + 1, citations: 0)) }
        #expect(long?.reason == "its content has more than \(length) bytes")
        let many = #expect(throws: ImportRules.Refusal.self) { try rules.check(answer(1, citations: citations + 1)) }
        #expect(many?.reason == "it has more than \(citations) citations")
    }

    // MARK: Turns

    @Test func aTurnThatStandsTwiceIsRefused() async throws {
        let once = session("Tall", steps: [4])
        try await expectRefusal(once + once.dropFirst(), at: 7, "its turn_id")
        // An answer under its question's id.
        let id = own.ids.next()
        let drafts = [
            own.created(), EventDraft(.userMessage(UserMessage(turnID: id, content: "q"))),
            EventDraft(.turnOpened(TurnOpened(turnID: id, userTurnID: id, createsSession: true)), group: id),
        ]
        try await expectRefusal(drafts, at: 3, "its turn_id")
    }

    @Test func aGroupThatIsNoTurnIsRefused() async throws {
        let stray = EventDraft(.sessionUpdated(SessionUpdated(pinned: true)), group: own.ids.next())
        let turns = session("Tall", steps: [4])
        try await expectRefusal(turns + [stray], at: 7, "its group")
        try await expectRefusal([turns[0], stray] + turns.dropFirst(), at: 2, "its group")
        // A message stands before the turn that answers it, in whose group it is.
        #expect(try await own.take(turns).headSeq == 6)
    }

    @Test func everyTurnThatHasNoEndIsOver() async throws {
        let (question, first, second) = (own.ids.next(), own.ids.next(), own.ids.next())
        let opened = [first, second].map {
            EventDraft(.turnOpened(TurnOpened(turnID: $0, userTurnID: question, createsSession: false)), group: $0)
        }
        let asked = [own.created(), EventDraft(.userMessage(UserMessage(turnID: question, content: "q")))]
        // The first was left open when the second began; the second has words and no end.
        let said = session("Tall", steps: [4]).compactMap { draft -> EventDraft? in
            guard case .assistantMessage(let message) = draft.payload else { return nil }
            let own = AssistantMessage(
                turnID: second, userTurnID: question, content: message.content, status: message.status, finishReason: message.finishReason,
                failure: nil, model: nil, citations: [], recording: message.recording, usage: nil, timings: nil)
            return EventDraft(.assistantMessage(own), group: second)
        }
        let made = try await own.take(asked + opened + said)
        #expect(made.runningTurnID == nil && made.headSeq == 8 && made.copiedEvents == 8)
        #expect(try await own.store.openTurns().isEmpty)
        let head = try #require(made.headTurnID)
        let turns = try await own.store.line(to: head, of: made.id, depths: 0..<3)
        #expect(turns.map(\.status) == [TurnStatus.complete, .interrupted, .complete])
    }
}
