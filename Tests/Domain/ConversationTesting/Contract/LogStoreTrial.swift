import Conversation
import JSON
import Synchronization
import TestSupport
import Testing
import TimeOrdered

/// One store while a check tries it: with a clock that stands still and ids that are the same in every run.
package final class LogStoreTrial: Sendable {
    /// More than any check appends.
    static let all = 1_000_000

    let clock = ManualClock()
    let ids: UUIDv7Generator
    let workspace: UUIDv7
    private let fixture: any LogStoreFixture
    private let opened: Mutex<any LogStore>

    init(_ fixture: any LogStoreFixture) async throws {
        self.fixture = fixture
        let random = Mutex(SeededRandom(seed: 7))
        ids = UUIDv7Generator(clock: ManualClock().wallClock, random: { random.withLock { $0.next() } })
        workspace = ids.next()
        opened = Mutex(try await fixture.open(clock: clock.wallClock))
    }

    var store: any LogStore { opened.withLock { $0 } }

    func close() async throws { try await fixture.close(store) }

    /// Closes the store and opens it again.
    /// - Parameter change: done to the data in between.
    func reopen(_ change: (any LogStoreFixture) async throws -> Void = { _ in }) async throws {
        try await close()
        try await change(fixture)
        let store = try await fixture.open(clock: clock.wallClock)
        opened.withLock { $0 = store }
    }

    // MARK: Writing

    @discardableResult
    func append(_ drafts: [EventDraft], to session: SessionID, claim: IdempotencyClaim? = nil) async throws -> [LogEvent] {
        try await store.append(AppendBatch(sessionID: session, drafts: drafts, idempotency: claim))
    }

    func creation(
        by user: UUIDv7, title: String = "Loquats", collection: UUIDv7? = nil, metadata: JSONObject = [:], in workspace: UUIDv7? = nil
    ) -> EventDraft {
        EventDraft(
            .sessionCreated(
                SessionCreated(
                    userID: user, workspaceID: workspace ?? self.workspace, kind: .chat, title: title, collectionID: collection, metadata: metadata)))
    }

    func delete(_ session: SessionID, of user: UUIDv7) async throws -> Bool {
        let record = AuditRecord(actorID: user, actorCredential: nil, action: .sessionDeleted, targetKind: .session, targetID: session)
        return try await store.delete(session: session, of: user, recording: record)
    }

    func update(_ title: String) -> EventDraft { EventDraft(.sessionUpdated(SessionUpdated(title: title))) }

    /// A session that is there, with these turns whole.
    func session(by user: UUIDv7, turns: Int = 0, collection: UUIDv7? = nil) async throws -> SessionID {
        let session = ids.next()
        try await append([creation(by: user, collection: collection)], to: session)
        for _ in 0..<turns { try await append(SampleTurn(ids).whole, to: session) }
        return session
    }

    // MARK: Reading

    func events(of session: SessionID) async throws -> [LogEvent] { try await store.events(of: session, after: 0, limit: Self.all) }

    func turns(of session: SessionID) async throws -> [TurnRow] { try await store.turns(of: session, after: 0, limit: Self.all) }

    /// A user's sessions, page by page.
    func listed(of user: UUIDv7, by limit: Int = 50) async throws -> [SessionRow] {
        var (rows, cursor) = ([SessionRow](), String?.none)
        repeat {
            let page = try await store.sessions(of: user, PageRequest(limit: limit, cursor: cursor))
            rows += page.items
            cursor = page.next
            // Each page but the last is full: a list that goes on for nothing would never end.
            if cursor != nil { try #require(page.items.count == limit) }
        } while cursor != nil
        return rows
    }

    /// Everybody's in the workspace, of all days.
    func query() -> UsageQuery {
        UsageQuery(workspaceID: workspace, userID: nil, dates: CalendarDate(days: 0)...CalendarDate(days: 1_000_000))
    }

    /// All usage in the workspace, page by page.
    func usage(by limit: Int = 100) async throws -> [UsageRow] {
        var (rows, cursor) = ([UsageRow](), String?.none)
        repeat {
            let page = try await store.usage(query(), PageRequest(limit: limit, cursor: cursor))
            rows += page.items
            cursor = page.next
            if cursor != nil { try #require(page.items.count == limit) }
        } while cursor != nil
        return rows
    }

    /// All that can be read of a session, to see that nothing changed.
    struct Picture: Sendable, Hashable {
        let row: SessionRow?
        let events: [LogEvent]
        let turns: [TurnRow]
    }

    func picture(of session: SessionID, by user: UUIDv7) async throws -> Picture {
        Picture(row: try await store.session(session, of: user), events: try await events(of: session), turns: try await turns(of: session))
    }

    // MARK: Expectations

    /// The events are numbered from 1 without a gap, each chained to the one before, and the views are what they fold to.
    @discardableResult
    func expectWhole(_ session: SessionID, by user: UUIDv7, sourceLocation: SourceLocation = #_sourceLocation) async throws -> Picture {
        let found = try await picture(of: session, by: user)
        var previous = EventHash.beginning(of: session)
        var projection = SessionProjection()
        var turns: [TurnID: TurnRow] = [:]
        for (index, event) in found.events.enumerated() {
            let hash = EventHash(
                after: previous, seq: index + 1, kind: event.kind.rawValue, group: event.group, createdAt: event.createdAt,
                payload: event.payload)
            #expect(event.sessionID == session && event.seq == index + 1 && event.hash == hash, sourceLocation: sourceLocation)
            let known = turns
            for turn in try projection.apply(event, event.decodedPayload(), turns: { known[$0] }) { turns[turn.id] = turn }
            projection.settle()
            previous = event.hash
        }
        // Compared before they are expected: a row of a million letters helps nobody who reads a failure.
        let (sameRow, sameTurns) = (found.row == projection.session, found.turns == turns.values.sorted { $0.position < $1.position })
        #expect(sameRow, "the session's row is what its log folds to", sourceLocation: sourceLocation)
        #expect(sameTurns, "the timeline is what the log folds to", sourceLocation: sourceLocation)
        return found
    }

    /// A batch is refused for what it is: trying again would not help.
    func expectRefused(_ drafts: [EventDraft], to session: SessionID, sourceLocation: SourceLocation = #_sourceLocation) async {
        let error = await #expect(throws: LogError.self, sourceLocation: sourceLocation) { try await self.append(drafts, to: session) }
        switch error {
        case .full, .unavailable, .databaseDamaged, .changedMeanwhile:
            Issue.record("told to try again: \(String(describing: error))", sourceLocation: sourceLocation)
        case .noSession, .damaged, nil: break
        }
    }
}
