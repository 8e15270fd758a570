import Conversation
import Testing
import TimeOrdered

extension LogStoreContract {
    static let listing = [
        Check("sessions are listed by their last message, newest first", newestFirst),
        Check("pages of any length give each session once, also those of one moment", pagesGiveEachOnce),
        Check("a list may be entered at an offset", offsets),
        Check("what comes while a list is read moves nothing in it", listsHoldStill),
        Check("a cursor that no list gave is refused", strangeCursors),
        Check("nobody finds, lists or deletes another user's session", rights),
        Check("sessions of a collection are found whoever they belong to", sessionsOfCollection),
    ]

    @Sendable private static func newestFirst(_ trial: LogStoreTrial) async throws {
        let user = trial.ids.next()
        var sessions: [SessionID] = []
        for _ in 0..<4 {
            trial.clock.advance(by: 10)
            sessions.append(try await trial.session(by: user))
        }
        #expect(try await trial.listed(of: user).map(\.id) == sessions.reversed())
        trial.clock.advance(by: 10)
        try await trial.append([trial.update("an update is no message")], to: sessions[0])
        #expect(try await trial.listed(of: user).map(\.id) == sessions.reversed())
        let turn = SampleTurn(trial.ids)
        try await trial.append(turn.opening, to: sessions[1])
        #expect(try await trial.listed(of: user).map(\.id) == [1, 3, 2, 0].map { sessions[$0] })
        trial.clock.advance(by: 10)
        try await trial.append(SampleTurn(trial.ids).opening, to: sessions[2])
        trial.clock.advance(by: 10)
        try await trial.append(turn.closing(), to: sessions[1])
        #expect(try await trial.listed(of: user).map(\.id) == [1, 2, 3, 0].map { sessions[$0] })
        try await trial.reopen()
        let listed = try await trial.listed(of: user)
        #expect(listed.map(\.id) == [1, 2, 3, 0].map { sessions[$0] })
        for row in listed { #expect(try await trial.store.session(row.id, of: user) == row) }
    }

    /// Twelve sessions of four moments.
    private static func sessionsOfFourMoments(_ trial: LogStoreTrial, by user: UUIDv7) async throws -> [SessionID] {
        var sessions: [SessionID] = []
        for _ in 0..<4 {
            trial.clock.advance()
            for _ in 0..<3 { sessions.append(try await trial.session(by: user)) }
        }
        return sessions
    }

    @Sendable private static func pagesGiveEachOnce(_ trial: LogStoreTrial) async throws {
        let user = trial.ids.next()
        let sessions = try await sessionsOfFourMoments(trial, by: user)
        let all = try await trial.store.sessions(of: user, PageRequest(limit: 100))
        #expect(all.next == nil)
        #expect(Set(all.items.map(\.id)) == Set(sessions) && all.items.count == 12)
        #expect(zip(all.items, all.items.dropFirst()).allSatisfy { $0.lastMessageAt >= $1.lastMessageAt })
        for limit in 1...13 { #expect(try await trial.listed(of: user, by: limit) == all.items, "\(limit) a page") }
        #expect(try await trial.store.sessions(of: user, PageRequest(limit: 12)).next == nil)
        #expect(try await trial.store.sessions(of: user, PageRequest(limit: 11)).next != nil)
        #expect(try await trial.listed(of: trial.ids.next()).isEmpty)
    }

    @Sendable private static func offsets(_ trial: LogStoreTrial) async throws {
        let user = trial.ids.next()
        _ = try await sessionsOfFourMoments(trial, by: user)
        let all = try await trial.listed(of: user)
        for offset in [0, 1, 5, 11, 12, 50] {
            let page = try await trial.store.sessions(of: user, PageRequest(limit: 4, offset: offset))
            #expect(page.items == Array(all.dropFirst(offset).prefix(4)))
            #expect((page.next == nil) == (offset + 4 >= all.count))
            guard let next = page.next else { continue }
            let rest = try await trial.store.sessions(of: user, PageRequest(limit: 100, cursor: next))
            #expect(rest.items == Array(all.dropFirst(offset + 4)))
        }
    }

    @Sendable private static func listsHoldStill(_ trial: LogStoreTrial) async throws {
        let user = trial.ids.next()
        _ = try await sessionsOfFourMoments(trial, by: user)
        let all = try await trial.listed(of: user)
        let first = try await trial.store.sessions(of: user, PageRequest(limit: 5))
        trial.clock.advance()
        _ = try await trial.session(by: user)
        try await trial.append(SampleTurn(trial.ids).whole, to: all[2].id)
        #expect(try await trial.delete(all[4].id, of: user))
        try await trial.reopen()
        let rest = try await trial.store.sessions(of: user, PageRequest(limit: 100, cursor: first.next))
        #expect(rest.items == Array(all.dropFirst(5)))
    }

    @Sendable private static func strangeCursors(_ trial: LogStoreTrial) async throws {
        let user = trial.ids.next()
        _ = try await trial.session(by: user)
        for cursor in ["", "garbage", ".", "1", "1.2", "🍊.\u{0}", "99999999999999999999.\(user)", "\(user)"] {
            await #expect(throws: InvalidCursor.self, "\(cursor)") {
                _ = try await trial.store.sessions(of: user, PageRequest(limit: 5, cursor: cursor))
            }
        }
    }

    @Sendable private static func rights(_ trial: LogStoreTrial) async throws {
        let (user, stranger) = (trial.ids.next(), trial.ids.next())
        let session = try await trial.session(by: user, turns: 1)
        let own = try await trial.session(by: stranger)
        let before = try await trial.picture(of: session, by: user)
        #expect(try await trial.store.session(session, of: stranger) == nil)
        #expect(try await trial.listed(of: stranger).map(\.id) == [own])
        #expect(try await trial.listed(of: user).map(\.id) == [session])
        #expect(try await trial.delete(session, of: stranger) == false)
        #expect(try await trial.picture(of: session, by: user) == before)
        // The cursor of another user's list opens nothing of theirs.
        trial.clock.advance()
        _ = try await trial.session(by: user)
        let cursor = try await trial.store.sessions(of: user, PageRequest(limit: 1)).next
        let page = try await trial.store.sessions(of: stranger, PageRequest(limit: 10, cursor: cursor))
        #expect(page.items.allSatisfy { $0.userID == stranger })
        try await trial.append([trial.update("still there")], to: session)
        try await trial.expectWhole(session, by: user)
    }

    @Sendable private static func sessionsOfCollection(_ trial: LogStoreTrial) async throws {
        let (collection, other, users) = (trial.ids.next(), trial.ids.next(), [trial.ids.next(), trial.ids.next()])
        let inside = [try await trial.session(by: users[0], collection: collection), try await trial.session(by: users[1], collection: collection)]
        _ = try await trial.session(by: users[0], collection: other)
        _ = try await trial.session(by: users[0])
        #expect(try await Set(trial.store.sessions(inCollection: collection)) == Set(inside))
        #expect(try await trial.delete(inside[0], of: users[0]))
        #expect(try await trial.store.sessions(inCollection: collection) == [inside[1]])
        #expect(try await trial.store.sessions(inCollection: trial.ids.next()).isEmpty)
    }
}
