import Conversation
import Testing
import TimeOrdered

extension LogStoreContract {
    static let checkpoints = [
        Check("a checkpoint is made where something changed, and only there", checkpointsFollowChanges),
        Check("what comes after a deletion is in the next checkpoint", checkpointAfterDeletion),
        Check("verifying counts what is there", verifyCounts),
    ]

    static let verification = [
        Check("an event with any part changed is named", changedEventIsNamed),
        Check("a missing event is named", missingEventIsNamed),
        Check("a tail cut off below a checkpoint is noticed", cutTailIsNoticed),
        Check("a session taken out below a checkpoint is noticed", missingSessionIsNoticed),
        Check("a log forged as a whole is noticed by its checkpoint", forgeryIsNoticed),
        Check("a missing checkpoint is noticed", missingCheckpointIsNoticed),
    ]

    @Sendable private static func checkpointsFollowChanges(_ trial: LogStoreTrial) async throws {
        let user = trial.ids.next()
        #expect(try await trial.store.checkpoint() == false)
        let session = try await trial.session(by: user)
        #expect(try await trial.store.checkpoint())
        #expect(try await trial.store.checkpoint() == false)
        try await trial.append([trial.update("x")], to: session)
        #expect(try await trial.store.checkpoint())
        try await trial.reopen()
        #expect(try await trial.store.checkpoint() == false)
        await trial.expectRefused([SampleTurn(trial.ids).message()], to: session)
        #expect(try await trial.store.checkpoint() == false)
        #expect(try await trial.store.verify().checkpoints == 2)
    }

    @Sendable private static func checkpointAfterDeletion(_ trial: LogStoreTrial) async throws {
        let user = trial.ids.next()
        let long = try await trial.session(by: user, turns: 4)
        #expect(try await trial.store.checkpoint())
        #expect(try await trial.delete(long, of: user))
        #expect(try await trial.store.checkpoint())
        let short = try await trial.session(by: user)
        #expect(try await trial.store.checkpoint())
        try await trial.append([trial.update("x")], to: short)
        #expect(try await trial.store.checkpoint())
        try await trial.reopen { try await $0.replaceLog(of: short, with: []) }
        #expect(try await trial.store.verify().problems.contains { $0.session == short })
    }

    @Sendable private static func verifyCounts(_ trial: LogStoreTrial) async throws {
        #expect(try await trial.store.verify() == VerificationReport())
        let user = trial.ids.next()
        _ = try await (trial.session(by: user, turns: 2), trial.session(by: user, turns: 1))
        #expect(try await trial.store.checkpoint())
        var expected = VerificationReport()
        (expected.sessions, expected.events, expected.checkpoints) = (2, 17, 1)
        #expect(try await trial.store.verify() == expected)
    }

    /// Two sessions of eleven events, of which the first is in a checkpoint; damage is done to its log, and undone afterwards.
    private static func problems(
        _ trial: LogStoreTrial, damage: (SessionID, [LogEvent]) -> [LogEvent]
    ) async throws -> (session: SessionID, problems: [VerificationReport.Problem]) {
        let user = trial.ids.next()
        let session = try await trial.session(by: user, turns: 2)
        #expect(try await trial.store.checkpoint())
        _ = try await trial.session(by: user, turns: 2)
        let whole = try await trial.events(of: session)
        let damaged = damage(session, whole)
        try await trial.reopen { try await $0.replaceLog(of: session, with: damaged) }
        let problems = try await trial.store.verify().problems
        #expect(problems.allSatisfy { $0.session == session }, "the other session is whole")
        try await trial.reopen { try await $0.replaceLog(of: session, with: whole) }
        #expect(try await trial.store.verify().problems.isEmpty)
        return (session, problems)
    }

    @Sendable private static func changedEventIsNamed(_ trial: LogStoreTrial) async throws {
        let changes: [(LogEvent) -> LogEvent] = [
            { $0.changed(payload: $0.payload + [32]) }, { $0.changed(payload: Array($0.payload.dropLast())) },
            { $0.changed(kind: .turnOpened) }, { $0.changed(group: .some(nil)) }, { $0.changed(group: $0.sessionID) },
            { $0.changed(createdAt: $0.createdAt.advanced(by: 1)) },
            { $0.changed(hash: EventHash(bytes: $0.hash.bytes.reversed())) },
        ]
        for change in changes {
            for seq in [2, 11] {
                let (session, problems) = try await problems(trial) { _, events in events.map { $0.seq == seq ? change($0) : $0 } }
                #expect(problems.map(\.seq) == [seq] && problems.map(\.session) == [session], "the event that was changed, and no other")
            }
        }
    }

    @Sendable private static func missingEventIsNamed(_ trial: LogStoreTrial) async throws {
        let (session, problems) = try await problems(trial) { _, events in events.filter { $0.seq != 4 } }
        #expect(problems.contains { $0.session == session && $0.seq == 4 })
        // A number that no event can have is damage like any other.
        for seq in [-1, 0, Int.max] {
            let (session, problems) = try await self.problems(trial) { _, events in events.map { $0.seq == 4 ? $0.changed(seq: seq) : $0 } }
            #expect(problems.contains { $0.session == session && $0.seq == 4 })
        }
    }

    @Sendable private static func cutTailIsNoticed(_ trial: LogStoreTrial) async throws {
        let (session, problems) = try await problems(trial) { _, events in events.dropLast() }
        #expect(problems.contains { $0.session == session && $0.seq == 11 })
    }

    @Sendable private static func missingSessionIsNoticed(_ trial: LogStoreTrial) async throws {
        let (session, problems) = try await problems(trial) { _, _ in [] }
        #expect(problems.contains { $0.session == session })
    }

    @Sendable private static func forgeryIsNoticed(_ trial: LogStoreTrial) async throws {
        let (session, problems) = try await problems(trial) { session, events in
            var previous = EventHash.beginning(of: session)
            return events.map { event in
                let payload = event.seq < 5 ? event.payload : event.payload + [32]
                let hash = EventHash(
                    after: previous, seq: event.seq, kind: event.kind.rawValue, group: event.group, createdAt: event.createdAt, payload: payload)
                previous = hash
                return event.changed(payload: payload, hash: hash)
            }
        }
        #expect(problems.map(\.seq) == [11])
        #expect(problems.map(\.session) == [session])
    }

    @Sendable private static func missingCheckpointIsNoticed(_ trial: LogStoreTrial) async throws {
        let user = trial.ids.next()
        for _ in 0..<3 {
            _ = try await trial.session(by: user)
            trial.clock.advance(by: 60_000)
            #expect(try await trial.store.checkpoint())
        }
        #expect(try await trial.store.verify().problems.isEmpty)
        try await trial.reopen { try await $0.removeCheckpoint(2) }
        #expect(try await !trial.store.verify().problems.isEmpty)
    }
}

extension LogEvent {
    /// The same event with some of its parts exchanged, as damage does it: the hash stays unless it is given too.
    fileprivate func changed(
        seq: Int? = nil, payload: [UInt8]? = nil, kind: EventKind? = nil, group: GroupID?? = nil, createdAt: Timestamp? = nil, hash: EventHash? = nil
    ) -> LogEvent {
        LogEvent(
            sessionID: sessionID, seq: seq ?? self.seq, kind: kind ?? self.kind, payload: payload ?? self.payload, group: group ?? self.group,
            createdAt: createdAt ?? self.createdAt, hash: hash ?? self.hash)
    }
}
