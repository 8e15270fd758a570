import Conversation
import ConversationTesting
import Foundation
import GRDB
import JSON
import Testing
import TimeOrdered

@testable import Access
@testable import StorageSQLite

/// The workspace's log: part of the log's chains, and no user's.
struct SQLiteAuditTests {
    private let temporary = TemporaryFolder()
    private let ids = UUIDv7Generator()
    private let clock = ManualClock()
    private let log: SQLiteLogStore
    private let store: SQLiteAccessStore
    private let keys: KeyService
    private let audit: AuditLog

    init() throws {
        log = try SQLiteLogStore(DataDirectory(path: temporary.path), clock: clock.wallClock)
        store = SQLiteAccessStore(sharing: log, ids: ids, clock: clock.wallClock)
        keys = KeyService(store: store, ids: ids, clock: clock.wallClock)
        audit = AuditLog(store: store, log: log)
    }

    private func owner() async throws -> Asker { Asker(try await store.owner(), by: .socket) }

    @Test func whatWasDoneIsReadNewestFirst() async throws {
        let owner = try await owner()
        #expect(try await audit.entries(PageRequest(limit: 10), for: owner).items == [])
        var made: [KeyID] = []
        for _ in 0..<7 {
            clock.advance()
            made.append(try await keys.create(NewKey(name: "k"), by: owner, from: "192.0.2.1").key.id)
        }
        try await audit.record(.collectionShared, of: .collection, made[0], by: owner, from: nil, details: ["readers": 2])
        var (found, cursor) = ([AuditEntry](), String?.none)
        repeat {
            let page = try await audit.entries(PageRequest(limit: 3, cursor: cursor), for: owner)
            found += page.items
            cursor = page.next
            if cursor != nil { try #require(page.items.count == 3) }
        } while cursor != nil
        #expect(found.map(\.seq) == Array((2...9).reversed()))
        #expect(found.map(\.record.targetID) == [made[0]] + made.reversed())
        #expect(found[0].record.action == .collectionShared && found[0].record.details["readers"] == 2 && found[0].createdAt == clock.now)
        #expect(found[7].record.actorID == owner.userID && found[7].record.actorCredential == "socket" && found[7].record.address == "192.0.2.1")
        #expect(try await audit.entries(PageRequest(limit: 3, offset: 6), for: owner).items.map(\.seq) == [3, 2])
        #expect(try await audit.entries(PageRequest(limit: 3, offset: 90), for: owner).items == [])
        await #expect(throws: InvalidCursor.self) { try await audit.entries(PageRequest(limit: 3, cursor: "x"), for: owner) }
        for cursor in ["0", "-5", "99"] { _ = try await audit.entries(PageRequest(limit: 3, cursor: cursor), for: owner) }
    }

    @Test func onlyManagersReadIt() async throws {
        let owner = try await owner()
        _ = try await keys.create(name: "k", email: nil)
        for (role, scopes, isAllowed) in [
            (Role.admin, Set(Scope.allCases), true), (.admin, [.chat], false), (.member, Set(Scope.allCases), false), (.viewer, [.chat], false),
        ] {
            let asker = Asker(userID: ids.next(), workspaceID: owner.workspaceID, role: role, scopes: scopes)
            if isAllowed {
                #expect(try await audit.entries(PageRequest(limit: 3), for: asker).items.count == 1)
            } else {
                await #expect(throws: AccessError.self) { try await audit.entries(PageRequest(limit: 3), for: asker) }
            }
        }
        let elsewhere = Asker(userID: ids.next(), workspaceID: ids.next(), role: .owner, scopes: Set(Scope.allCases))
        #expect(try await audit.entries(PageRequest(limit: 3), for: elsewhere).items == [])
    }

    @Test func itIsNoUsersSession() async throws {
        let (_, key) = try await keys.create(name: "k", email: nil)
        let owner = try await owner()
        for user in [owner.userID, key.id] {
            #expect(try await log.session(owner.workspaceID, of: user) == nil)
            #expect(try await log.sessions(of: user, PageRequest(limit: 10)).items == [])
            let record = owner.record(.sessionDeleted, of: .session, owner.workspaceID, from: nil)
            #expect(try await log.delete(session: owner.workspaceID, of: user, recording: record) == false)
        }
        #expect(try await log.openTurns() == [])
    }

    @Test func itIsCheckedAndFoldedLikeEveryLog() async throws {
        let owner = try await owner()
        for _ in 0..<3 { _ = try await keys.create(name: "k", email: nil) }
        #expect(try await log.checkpoint())
        _ = try await keys.create(name: "k", email: nil)
        let report = try await log.verify()
        #expect(report.problems == [] && report.sessions == 1 && report.events == 5 && report.checkpoints == 1)
        let before = try await log.session(owner.workspaceID, of: owner.workspaceID)
        #expect(try await log.rebuild(repair: false).differing == [])
        try await log.file.write { try $0.execute(sql: "UPDATE sessions SET title = x'00', head_seq = 1") }
        #expect(try await log.rebuild(repair: true).differing == [owner.workspaceID])
        #expect(try await log.session(owner.workspaceID, of: owner.workspaceID) == before)
        _ = try await keys.create(name: "k", email: nil)
        #expect(try await log.verify().problems == [])
    }

    private static let damage = [
        "UPDATE events SET payload = replace(payload, 'key_created', 'key_deleted') WHERE seq = 3", "DELETE FROM events WHERE seq = 2",
        "DELETE FROM events WHERE seq = 5", "UPDATE events SET created_at = created_at + 1 WHERE seq = 4", "DELETE FROM events",
        "UPDATE events SET seq = 99 WHERE seq = 4",
    ]

    @Test(arguments: damage)
    func whoeverChangesItIsNoticed(_ sql: String) async throws {
        for _ in 0..<4 { _ = try await keys.create(name: "k", email: nil) }
        _ = try await log.checkpoint()
        #expect(try await log.verify().problems == [])
        try await log.file.write { try $0.execute(sql: sql) }
        #expect(try await log.verify().problems != [])
    }

    /// A change and its record are one: where the record cannot be written, nothing is changed.
    @Test func whatCannotBeRecordedIsNotDone() async throws {
        let owner = try await owner()
        let (secret, key) = try await keys.create(name: "k", email: nil)
        try await log.file.write { database in
            try database.execute(sql: "CREATE TRIGGER no_room BEFORE INSERT ON events BEGIN SELECT RAISE(ABORT, 'no room'); END")
        }
        await #expect(throws: (any Error).self) { try await keys.delete(key.id, by: owner, from: nil) }
        await #expect(throws: (any Error).self) { _ = try await keys.create(NewKey(name: "other"), by: owner, from: nil) }
        #expect(try await keys.list().map(\.id) == [key.id])
        #expect(try await store.read { try $0.key(secret.digest)?.revokedAt } == nil)
        try await log.file.write { try $0.execute(sql: "DROP TRIGGER no_room") }
        try await keys.delete(key.id, by: owner, from: nil)
        #expect(try await log.verify().problems == [])
    }

    @Test func manyAtOnceAreAllRecorded() async throws {
        let owner = try await owner()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<50 { group.addTask { _ = try await keys.create(NewKey(name: "k"), by: owner, from: nil) } }
            try await group.waitForAll()
        }
        #expect(try await log.session(owner.workspaceID, of: owner.workspaceID)?.headSeq == 51)
        #expect(try await log.verify().problems == [])
        #expect(try await log.rebuild(repair: false).differing == [])
    }
}
