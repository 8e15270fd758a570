import Conversation
import JSON
import Testing
import TimeOrdered

extension LogStoreContract {
    static let appending = [
        Check("events are read as they were appended", eventsAreReadAsAppended),
        Check("the chain goes on from batch to batch and over a restart", chainGoesOn),
        Check("a batch has the time of its append, and a session the times of its events", timesFollowTheClock),
        Check("a batch that is refused leaves nothing", refusedBatchLeavesNothing),
        Check("a session begins with its creation, once", sessionBeginsOnce),
        Check("an empty batch changes nothing", emptyBatchChangesNothing),
        Check("text is kept to the byte, with NUL, emoji and a million letters", textIsKeptToTheByte),
        Check("a batch of a thousand events is one batch", largeBatch),
    ]

    @Sendable private static func eventsAreReadAsAppended(_ trial: LogStoreTrial) async throws {
        let (user, session) = (trial.ids.next(), trial.ids.next())
        let drafts = [trial.creation(by: user, metadata: ["tag": ["a", 15, nil]])] + SampleTurn(trial.ids).whole
        let appended = try await trial.append(drafts, to: session)
        #expect(appended.map(\.seq) == Array(1...6))
        #expect(try appended.map { try $0.decodedPayload() } == drafts.map(\.payload))
        #expect(appended.map(\.kind) == drafts.map(\.payload.kind))
        #expect(appended.map(\.group) == drafts.map(\.group))
        #expect(appended.first?.group == nil && appended.last?.group != nil)
        #expect(try await trial.events(of: session) == appended)
        try await trial.reopen()
        #expect(try await trial.events(of: session) == appended)
        try await trial.expectWhole(session, by: user)
    }

    @Sendable private static func chainGoesOn(_ trial: LogStoreTrial) async throws {
        let user = trial.ids.next()
        let session = try await trial.session(by: user, turns: 2)
        try await trial.expectWhole(session, by: user)
        for number in 0..<3 {
            try await trial.reopen()
            let head = try #require(try await trial.store.session(session, of: user)).headSeq
            let appended = try await trial.append([trial.update("\(number)"), trial.update("again")], to: session)
            #expect(appended.map(\.seq) == [head + 1, head + 2])
            try await trial.expectWhole(session, by: user)
        }
    }

    @Sendable private static func timesFollowTheClock(_ trial: LogStoreTrial) async throws {
        let (user, began) = (trial.ids.next(), trial.clock.now)
        let session = try await trial.session(by: user)
        trial.clock.advance(by: 1_000)
        let spoke = trial.clock.now
        let turn = SampleTurn(trial.ids)
        #expect(try await trial.append(turn.whole, to: session).allSatisfy { $0.createdAt == spoke })
        trial.clock.advance(by: 1_000)
        try await trial.append([trial.update("renamed")], to: session)
        let row = try #require(try await trial.store.session(session, of: user))
        #expect(row.createdAt == began)
        #expect(row.lastMessageAt == spoke)
        #expect(row.updatedAt == trial.clock.now)
        #expect(try await trial.store.turn(turn.id, of: session)?.createdAt == spoke)
    }

    @Sendable private static func refusedBatchLeavesNothing(_ trial: LogStoreTrial) async throws {
        let user = trial.ids.next()
        let session = try await trial.session(by: user, turns: 1)
        let before = try await trial.picture(of: session, by: user)
        let (good, stray) = (SampleTurn(trial.ids), SampleTurn(trial.ids))
        let claim = IdempotencyClaim(userID: user, key: "k", fingerprint: [1], outcome: .turn(session: session, turn: good.id))
        await #expect(throws: LogError.self) {
            try await trial.append(good.opening + [stray.message()], to: session, claim: claim)
        }
        let unsayable = AssistantMessage(
            turnID: good.id, userTurnID: good.userTurnID, content: "", status: .complete, finishReason: nil, failure: nil, model: nil,
            citations: [], recording: StreamRecording(), usage: nil, timings: TurnTimings(totalMs: .nan))
        await #expect(throws: (any Error).self) {
            try await trial.append(good.opening + [EventDraft(.assistantMessage(unsayable), group: good.id)], to: session, claim: claim)
        }
        #expect(try await trial.picture(of: session, by: user) == before)
        #expect(try await trial.store.turn(good.id, of: session) == nil)
        #expect(try await trial.store.idempotencyClaim(of: user, key: "k") == nil)
        #expect(try await trial.store.openTurns().isEmpty)

        let unborn = trial.ids.next()
        await trial.expectRefused([trial.creation(by: user), stray.message()], to: unborn)
        #expect(try await trial.picture(of: unborn, by: user) == .init(row: nil, events: [], turns: []))
        try await trial.append([trial.creation(by: user)] + good.whole, to: unborn)
        try await trial.append(stray.whole, to: session)
        try await trial.expectWhole(unborn, by: user)
        try await trial.expectWhole(session, by: user)
    }

    @Sendable private static func sessionBeginsOnce(_ trial: LogStoreTrial) async throws {
        let (user, session) = (trial.ids.next(), trial.ids.next())
        await #expect(throws: LogError.noSession(session)) { try await trial.append(SampleTurn(trial.ids).whole, to: session) }
        await #expect(throws: LogError.noSession(session)) {
            try await trial.append([trial.update("first"), trial.creation(by: user)], to: session)
        }
        #expect(try await trial.picture(of: session, by: user) == .init(row: nil, events: [], turns: []))
        try await trial.append([trial.creation(by: user)], to: session)
        let before = try await trial.picture(of: session, by: user)
        let thief = trial.ids.next()
        await trial.expectRefused([trial.creation(by: thief)], to: session)
        await trial.expectRefused([trial.update("x"), trial.creation(by: thief)], to: session)
        try await trial.reopen()
        await trial.expectRefused([trial.creation(by: thief)], to: session)
        #expect(try await trial.picture(of: session, by: user) == before)
        #expect(try await trial.store.session(session, of: thief) == nil)
    }

    @Sendable private static func emptyBatchChangesNothing(_ trial: LogStoreTrial) async throws {
        let user = trial.ids.next()
        let session = try await trial.session(by: user, turns: 1)
        let before = try await trial.picture(of: session, by: user)
        trial.clock.advance()
        #expect(try await trial.append([], to: session) == [])
        #expect(try await trial.picture(of: session, by: user) == before)
        let unknown = trial.ids.next()
        await #expect(throws: LogError.noSession(unknown)) { try await trial.append([], to: unknown) }
    }

    @Sendable private static func textIsKeptToTheByte(_ trial: LogStoreTrial) async throws {
        let user = trial.ids.next()
        let odd = "\u{0}a\u{0}\u{1}👩🏽‍🌾🍊\u{202e}e\u{301}é\u{10ffff}\r\n\u{85}\u{2028}'\"\\"
        let long = String(repeating: "loquat 🍊\u{0}", count: 90_000)
        #expect(long.utf8.count > 1_000_000)
        for text in [odd, long, ""] {
            let session = trial.ids.next()
            let turn = SampleTurn(trial.ids, question: text, answer: text)
            let appended = try await trial.append([trial.creation(by: user, title: text, metadata: ["t": .string(text)])] + turn.whole, to: session)
            try await trial.reopen()
            let found = try await trial.expectWhole(session, by: user)
            #expect(found.events.map(\.payload) == appended.map(\.payload))
            #expect(found.row.map { Array($0.title.utf8) } == Array(text.utf8))
            #expect(found.row?.metadata["t"]?.string.map { Array($0.utf8) } == Array(text.utf8))
            guard case .userMessage(let message) = try found.events[1].decodedPayload() else {
                Issue.record("the second event is another one")
                return
            }
            #expect(Array(message.content.utf8) == Array(text.utf8))
        }
    }

    @Sendable private static func largeBatch(_ trial: LogStoreTrial) async throws {
        let (user, session) = (trial.ids.next(), trial.ids.next())
        let turns = (0..<200).flatMap { _ in SampleTurn(trial.ids).whole }
        #expect(try await trial.append([trial.creation(by: user)] + turns, to: session).map(\.seq) == Array(1...1_001))
        let found = try await trial.expectWhole(session, by: user)
        #expect(found.events.count == 1_001 && found.turns.count == 400 && found.row?.messageCount == 400)
    }
}
