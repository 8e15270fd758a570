import Conversation
import TestSupport
import Testing
import TimeOrdered

extension LogStoreContract {
    /// Long histories of everything in a random order, each with its own seed.
    static let histories = (1...4).map { seed in
        Check("a random history is as it was told (seed \(seed))") { trial in
            var history = RandomHistory(trial, seed: UInt64(seed))
            for _ in 0..<150 { try await history.step() }
            try await history.expectAsTold()
        }
    }
}

/// Does random things to a store and remembers, in the plainest way, what should be in it.
private struct RandomHistory {
    private struct Told {
        let user: UUIDv7
        var events: [EventPayload] = []
        var groups: [GroupID?] = []
        var running: SampleTurn?
    }

    private let trial: LogStoreTrial
    private var random: SeededRandom
    private let users: [UUIDv7]
    private var sessions: [SessionID: Told] = [:]
    private var deleted: [SessionID: UUIDv7] = [:]
    private var isInCheckpoint = true
    /// Turns that ended, also in sessions that are gone.
    private var ended = 0

    init(_ trial: LogStoreTrial, seed: UInt64) {
        self.trial = trial
        random = SeededRandom(seed: seed)
        users = (0..<3).map { _ in trial.ids.next() }
    }

    mutating func step() async throws {
        trial.clock.advance(by: Int64.random(in: 0...2, using: &random))
        switch Int.random(in: 0..<20, using: &random) {
        case 0..<3: try await begin()
        case 3..<12: try await converse()
        case 12, 13: try await update()
        case 14, 15: try await refuse()
        case 16: try await delete()
        case 17, 18: try await checkpoint()
        default: try await trial.reopen()
        }
    }

    private mutating func begin() async throws {
        guard let user = users.randomElement(using: &random) else { return }
        let session = trial.ids.next()
        sessions[session] = Told(user: user)
        try await append([trial.creation(by: user)], to: session)
    }

    /// Opens a turn, or takes the open one a step further.
    private mutating func converse() async throws {
        guard let session = anySession() else { return }
        guard let running = sessions[session]?.running else {
            var turn = SampleTurn(trial.ids)
            turn.usage = TokenUsage(promptTokens: 2, completionTokens: 1)
            sessions[session]?.running = turn
            return try await append(turn.opening, to: session)
        }
        if Bool.random(using: &random) { return try await append([running.freezing], to: session) }
        sessions[session]?.running = nil
        ended += 1
        try await append(running.closing(Bool.random(using: &random) ? .complete : .stopped), to: session)
    }

    private mutating func update() async throws {
        guard let session = anySession() else { return }
        let update = SessionUpdated(title: "\(random.next())", archived: Bool.random(using: &random))
        try await append([EventDraft(.sessionUpdated(update))], to: session)
    }

    private mutating func refuse() async throws {
        guard let session = anySession() else { return }
        await trial.expectRefused([trial.update("refused"), SampleTurn(trial.ids).message()], to: session)
    }

    private mutating func delete() async throws {
        guard let session = anySession(), let told = sessions.removeValue(forKey: session) else { return }
        deleted[session] = told.user
        isInCheckpoint = false
        #expect(try await trial.delete(session, of: told.user))
    }

    private mutating func checkpoint() async throws {
        #expect(try await trial.store.checkpoint() == !isInCheckpoint)
        isInCheckpoint = true
    }

    private mutating func append(_ drafts: [EventDraft], to session: SessionID) async throws {
        sessions[session]?.events += drafts.map(\.payload)
        sessions[session]?.groups += drafts.map(\.group)
        isInCheckpoint = false
        try await trial.append(drafts, to: session)
    }

    /// Sorted first: the order of a dictionary is another in each run.
    private mutating func anySession() -> SessionID? { sessions.keys.sorted().randomElement(using: &random) }

    func expectAsTold() async throws {
        #expect(sessions.count > 3 && !deleted.isEmpty)
        for (session, told) in sessions {
            let found = try await trial.expectWhole(session, by: told.user)
            #expect(try found.events.map { try $0.decodedPayload() } == told.events)
            #expect(found.events.map(\.group) == told.groups)
            #expect(found.row?.runningTurnID == told.running?.id)
        }
        for (session, user) in deleted { #expect(try await trial.picture(of: session, by: user) == .init(row: nil, events: [], turns: [])) }
        for user in users {
            let expected = sessions.filter { $0.value.user == user }.keys
            #expect(try await Set(trial.listed(of: user, by: 3).map(\.id)) == Set(expected))
        }
        #expect(try await Set(trial.store.openTurns().map(\.turn.id)) == Set(sessions.values.compactMap { $0.running?.id }))
        let used = UsageSum(turns: ended, promptTokens: 2 * ended, completionTokens: ended)
        #expect(try await trial.store.usageTotal(trial.query()) == used)
        #expect(try await trial.store.verify().problems.isEmpty)
        #expect(try await trial.store.rebuild(repair: false).differing.isEmpty)
    }
}
