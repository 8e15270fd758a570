import Conversation
import ConversationTesting
import Foundation
import GRDB
import JSON
import Retrieval
import Synchronization
import Testing
import TimeOrdered

@testable import Access
@testable import StorageSQLite

/// A user goes with all that is theirs, also where the process ends on the way.
struct SQLiteUserDeletionTests {
    private struct CutOff: Error {}

    /// The library; as long as it is told to, it ends the deletion before or after its own part.
    private struct Handing: Belongings {
        let store: SQLiteDocumentStore
        let cut: Cut?

        func handOver(from user: UserID, to heir: UserID) async throws {
            if cut == .before { throw CutOff() }
            try await store.handOver(collectionsOf: user, to: heir)
            if cut == .after { throw CutOff() }
        }
    }

    private enum Cut: CaseIterable {
        case before, after
    }

    private let temporary = TemporaryFolder()
    private let ids = UUIDv7Generator()
    private let clock = ManualClock()
    private let log: SQLiteLogStore
    private let store: SQLiteAccessStore
    private let documents: SQLiteDocumentStore
    private let keys: KeyService

    init() throws {
        let directory = try DataDirectory(path: temporary.path)
        log = try SQLiteLogStore(directory, clock: clock.wallClock)
        documents = try SQLiteDocumentStore(directory, ids: ids, clock: clock.wallClock)
        store = SQLiteAccessStore(sharing: log, ids: ids, clock: clock.wallClock)
        keys = KeyService(store: store, ids: ids, clock: clock.wallClock)
    }

    private func deletion(cut: Cut? = nil, endTurns: @escaping @Sendable (SessionID) async -> Void = { _ in }) -> UserDeletion {
        UserDeletion(store: store, log: log, belongings: Handing(store: documents, cut: cut), endTurns: endTurns)
    }

    private func owner() async throws -> Asker { Asker(try await store.owner(), by: .socket) }

    private func user(_ email: String, _ role: Role = .member) async throws -> Asker {
        let user = User(id: ids.next(), workspaceID: try await store.owner().workspaceID, email: email, role: role, createdAt: clock.now)
        try await store.write { try $0.insert(user) }
        return Asker(user, by: .socket)
    }

    @discardableResult
    private func session(of user: UserID) async throws -> SessionID {
        let session = ids.next()
        let workspace = try await store.owner().workspaceID
        let created = SessionCreated(userID: user, workspaceID: workspace, kind: .chat, title: "T", collectionID: nil, metadata: [:])
        let claim = IdempotencyClaim(userID: user, key: "\(session)", fingerprint: [1], outcome: .response(status: 201, body: [2]))
        _ = try await log.append(AppendBatch(sessionID: session, drafts: [EventDraft(.sessionCreated(created))], idempotency: claim))
        return session
    }

    private func sessions(of user: UserID) async throws -> Int { try await log.sessions(of: user, PageRequest(limit: 1_000)).items.count }

    @Test func everythingOfTheirsGoesOrIsHandedOver() async throws {
        let (owner, ada, bob) = (try await owner(), try await user("a@example.org"), try await user("b@example.org"))
        let (secret, _) = try await keys.create(NewKey(name: "k"), by: ada, from: nil)
        var own: [SessionID] = []
        for _ in 0..<8 { own.append(try await session(of: ada.userID)) }
        try await session(of: bob.userID)
        for name in ["Notes", "Notes (2)"] { _ = try await documents.createCollection(CollectionChange(name: name), by: owner) }
        let notes = try await documents.createCollection(CollectionChange(name: "Notes", readers: [bob.userID, owner.userID]), by: ada)
        let mine = try await documents.createCollection(CollectionChange(name: "Mine"), by: ada)
        let shared = try await documents.createCollection(CollectionChange(name: "Shared", readers: [ada.userID, owner.userID]), by: bob)
        let ended = Mutex<[SessionID]>([])

        try await deletion(endTurns: { id in ended.withLock { $0.append(id) } }).delete(ada.userID, by: owner, from: "192.0.2.1")

        #expect(try await store.read { try $0.user(ada.userID) } == nil)
        #expect(try await store.read { try $0.key(secret.digest) } == nil)
        #expect(try await sessions(of: ada.userID) == 0)
        #expect(try await sessions(of: bob.userID) == 1)
        #expect(Set(ended.withLock { $0 }) == Set(own))
        #expect(try await log.idempotencyClaim(of: ada.userID, key: "\(own[0])") == nil)
        let handed = try #require(try await documents.collection(notes.id, for: owner))
        #expect(handed.ownerID == owner.userID && handed.name == "Notes (3)" && handed.readers == [bob.userID])
        #expect(try await documents.collection(mine.id, for: owner)?.name == "Mine")
        #expect(try await documents.collection(shared.id, for: bob)?.readers == [owner.userID])
        #expect(try await log.verify().problems == [])
        let records = try await AuditLog(store: store, log: log).entries(PageRequest(limit: 9), for: owner).items.map(\.record)
        #expect(records.last?.action == .userDeleted && records.last?.targetID == ada.userID)
        #expect(Set(records.dropLast().map(\.targetID)) == Set(own) && records.allSatisfy { $0.actorID == owner.userID })
    }

    @Test(arguments: [0, 1])
    func aDeletionThatWasCutOffIsFinishedByAskingAgain(_ index: Int) async throws {
        let (owner, ada) = (try await owner(), try await user("a@example.org"))
        let (secret, _) = try await keys.create(NewKey(name: "k"), by: ada, from: nil)
        try await session(of: ada.userID)
        let notes = try await documents.createCollection(CollectionChange(name: "Notes"), by: ada)
        await #expect(throws: CutOff.self) { try await deletion(cut: Cut.allCases[index]).delete(ada.userID, by: owner, from: nil) }
        // Gone for all who ask.
        let authenticator = Authenticator(
            store: store, tokens: TokenService(store: store, ids: ids), keyUse: KeyUse(store: store), clock: clock.wallClock)
        #expect(try await authenticator.asker(bearer: secret.text) == nil)
        #expect(try await store.read { try $0.user(ada.userID) } == nil)
        try await deletion().delete(ada.userID, by: owner, from: nil)
        #expect(try await sessions(of: ada.userID) == 0)
        #expect(try await documents.collection(notes.id, for: owner)?.ownerID == owner.userID)
        #expect(try await store.read { try $0.leavingUsers() } == [])
        await #expect(throws: AccessError.notFound) { try await deletion().delete(ada.userID, by: owner, from: nil) }
        let records = try await AuditLog(store: store, log: log).entries(PageRequest(limit: 50), for: owner).items
        #expect(records.filter { $0.record.action == .userDeleted }.count == 1, "it is told once")
    }

    @Test func aDeletionThatWasCutOffIsFinishedAtTheNextStart() async throws {
        let (owner, ada) = (try await owner(), try await user("a@example.org"))
        try await session(of: ada.userID)
        await #expect(throws: CutOff.self) { try await deletion(cut: .after).delete(ada.userID, by: owner, from: nil) }
        try log.close()
        try documents.close()
        let directory = try DataDirectory(path: temporary.path)
        let log = try SQLiteLogStore(directory, clock: clock.wallClock)
        let documents = try SQLiteDocumentStore(directory, ids: ids, clock: clock.wallClock)
        let store = SQLiteAccessStore(sharing: log, ids: ids, clock: clock.wallClock)
        let next = UserDeletion(store: store, log: log, belongings: Handing(store: documents, cut: nil))
        for _ in 0..<2 { try await next.finishAll() }
        #expect(try await store.read { try $0.leavingUsers() } == [])
        #expect(try await log.sessions(of: ada.userID, PageRequest(limit: 10)).items == [])
        #expect(try await log.verify().problems == [])
        try log.close()
        try documents.close()
    }

    /// A request that was let in before the user left.
    @Test func whoIsGoneBeginsNothingNew() async throws {
        let (owner, ada) = (try await owner(), try await user("a@example.org"))
        try await deletion().delete(ada.userID, by: owner, from: nil)
        await #expect(throws: LogError.self) { try await session(of: ada.userID) }
        await #expect(throws: LibraryError.mayNotWrite) { _ = try await documents.createCollection(CollectionChange(name: "n"), by: ada) }
        try await log.save(IdempotencyClaim(userID: ada.userID, key: "k", fingerprint: [1], outcome: .response(status: 201, body: [])))
        #expect(try await log.idempotencyClaim(of: ada.userID, key: "k") == nil)
        await #expect(throws: AccessError.notFound) { _ = try await keys.create(NewKey(name: "k"), by: ada, from: nil) }
    }

    @Test func sessionsThatBeginMeanwhileGoToo() async throws {
        let (owner, ada) = (try await owner(), try await user("a@example.org"))
        try await session(of: ada.userID)
        let more = Mutex(5)
        let ending = deletion(endTurns: { _ in
            let isOne = more.withLock { more in
                more -= 1
                return more >= 0
            }
            if isOne { _ = try? await session(of: ada.userID) }
        })
        try await ending.delete(ada.userID, by: owner, from: nil)
        #expect(try await sessions(of: ada.userID) == 0)
    }

    @Test func whoMayDeleteWhom() async throws {
        let owner = try await owner()
        let (admin, other, member) = (try await user("a@x", .admin), try await user("o@x", .admin), try await user("m@x"))
        func expect(_ error: AccessError, _ id: UserID, by asker: Asker) async {
            await #expect(throws: error) { try await deletion().delete(id, by: asker, from: nil) }
        }
        for asker in [owner, admin] { await expect(.ownerStays, owner.userID, by: asker) }
        await expect(.ownAccount, admin.userID, by: admin)
        await expect(.forbidden(reason: "Only the owner changes admins."), other.userID, by: admin)
        await expect(.forbidden(reason: "Only the owner and admins manage users, with the scope admin."), other.userID, by: member)
        await expect(.notFound, ids.next(), by: owner)
        try await deletion().delete(member.userID, by: admin, from: nil)
        try await deletion().delete(other.userID, by: owner, from: nil)
        // The address is free again.
        _ = try await user("m@x")
    }

    @Test func nothingPersonalStaysInTheFiles() async throws {
        let owner = try await owner()
        let ada = User(
            id: ids.next(), workspaceID: owner.workspaceID, email: "marked-qzvw@example.org", name: "marked-pjkx", role: .member,
            createdAt: clock.now)
        try await store.write { access in
            try access.insert(ada)
            try access.setPasswordHash("marked-hbnd", of: ada.id)
        }
        _ = try await keys.create(NewKey(name: "marked-lwrt"), by: Asker(ada, by: .socket), from: nil)
        let marks = ["marked-qzvw", "marked-pjkx", "marked-hbnd", "marked-lwrt"]
        for mark in marks { #expect(try temporary.holds(mark)) }
        try await deletion().delete(ada.id, by: owner, from: nil)
        for mark in marks { #expect(try !temporary.holds(mark), "\(mark)") }
        #expect(try await log.verify().problems == [])
    }

    @Test func manyCollectionsAreHandedOver() async throws {
        let (owner, ada) = (try await owner(), try await user("a@example.org"))
        for number in 0..<230 { _ = try await documents.createCollection(CollectionChange(name: "\(number)"), by: ada) }
        try await deletion().delete(ada.userID, by: owner, from: nil)
        #expect(try await documents.collections(for: owner, PageRequest(limit: 1_000)).items.filter { $0.ownerID == owner.userID }.count == 230)
    }
}
