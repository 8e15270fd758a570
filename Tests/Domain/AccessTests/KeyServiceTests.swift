import AccessTesting
import Conversation
import ConversationTesting
import Testing
import TimeOrdered

@testable import Access

/// Keys from being made to being revoked.
struct KeyServiceTests {
    private let rig = AccessRig()
    private var service: KeyService { rig.keys }

    private func asker(_ secret: KeySecret) async throws -> Asker? { try await rig.authenticator.asker(bearer: secret.text) }

    // MARK: A user's own

    @Test func aKeyIsItsMakersOwn() async throws {
        let ada = try await rig.user("a@example.org")
        let (secret, key) = try await service.create(NewKey(name: "laptop"), by: rig.asker(ada), from: "192.0.2.1")
        #expect(key.userID == ada.id && key.name == "laptop" && key.createdAt == rig.clock.now && key.expiresAt == nil && key.lastUsedAt == nil)
        #expect(key.shown == String(secret.text.prefix(8)) && key.scopes == Scope.allowed(for: .member))
        #expect(try await asker(secret) == Asker(ada, by: key))
        let record = try #require(rig.store.records.last)
        #expect(record.action == .keyCreated && record.targetID == key.id && record.address == "192.0.2.1")
        #expect(!rig.store.everything.contains(secret.text.dropFirst(8)))
    }

    @Test func aKeyReachesNoFurtherThanItsUserOrItsMaker() async throws {
        let ada = try await rig.user("a@example.org", .viewer)
        await rig.expect(.scopesBeyond([.admin, .documentsWrite])) {
            _ = try await service.create(NewKey(name: "k", scopes: [.chat, .documentsWrite, .admin]), by: rig.asker(ada), from: nil)
        }
        let owner = try await rig.owner()
        #expect(try await service.create(NewKey(name: "k"), by: owner, from: nil).key.scopes == Set(Scope.allCases))
        #expect(try await service.create(NewKey(name: "k", scopes: []), by: owner, from: nil).key.scopes == [])
    }

    /// Else whoever finds one could make others that outlive it, and end those of the rest.
    @Test func aKeyNarrowerThanItsUserManagesNoneButItself() async throws {
        let (secret, narrow) = try await service.create(NewKey(name: "k", scopes: [.chat]), by: rig.owner(), from: nil)
        let other = try await service.create(NewKey(name: "k"), by: rig.owner(), from: nil).key
        let asker = try #require(try await asker(secret))
        await rig.expect(.narrowKey) { _ = try await service.create(NewKey(name: "k", scopes: [.chat]), by: asker, from: nil) }
        await rig.expect(.narrowKey) { _ = try await service.list(PageRequest(limit: 10), by: asker) }
        await rig.expect(.narrowKey) { try await service.delete(other.id, by: asker, from: nil) }
        try await service.delete(narrow.id, by: asker, from: nil)
        #expect(try await self.asker(secret) == nil)
    }

    @Test func keysThatAreNoLongerInForceTakeNoRoom() async throws {
        let owner = try await rig.owner()
        let user = try await rig.store.owner()
        let soon = rig.clock.now.advanced(by: 1_000)
        try await rig.store.write { [ids = rig.ids] access in
            for _ in 0..<KeyService.limitPerUser {
                let id = ids.next()
                try access.insert(
                    APIKey(
                        id: id, userID: user.id, name: "k", digest: KeyDigest(of: "\(id)"), scopes: [], createdAt: user.createdAt, expiresAt: soon))
            }
        }
        await rig.expect(.tooManyKeys(limit: 1_000)) { _ = try await service.create(NewKey(name: "k"), by: owner, from: nil) }
        rig.clock.advance(by: 1_000)
        let made = try await service.create(NewKey(name: "k"), by: owner, from: nil).key
        #expect(try await service.list(PageRequest(limit: 10), by: owner).items.map(\.id) == [made.id])
    }

    @Test func aKeyOutlivesNoKeyThatMadeIt() async throws {
        let until = rig.clock.now.advanced(by: 10_000)
        let (secret, _) = try await service.create(NewKey(name: "k", expiresAt: until), by: rig.owner(), from: nil)
        let asker = try #require(try await asker(secret))
        for expiry in [nil, until.advanced(by: 1), rig.clock.now, rig.clock.now.advanced(by: -1)] {
            let error = await #expect(throws: AccessError.self) {
                try await service.create(NewKey(name: "k", expiresAt: expiry), by: asker, from: nil)
            }
            guard case .invalid(field: "expires_at", _) = error else {
                Issue.record("\(String(describing: error))")
                continue
            }
        }
        #expect(try await service.create(NewKey(name: "k", expiresAt: until), by: asker, from: nil).key.expiresAt == until)
    }

    @Test func namesAndCountsAreBound() async throws {
        let owner = try await rig.owner()
        for name in ["", String(repeating: "x", count: 201)] {
            await rig.expect(.invalid(field: "name", reason: "must have 1 to 200 characters")) {
                _ = try await service.create(NewKey(name: name), by: owner, from: nil)
            }
        }
        let user = try await rig.store.owner()
        try await rig.store.write { [ids = rig.ids] access in
            for _ in 0..<KeyService.limitPerUser {
                let id = ids.next()
                try access.insert(
                    APIKey(id: id, userID: user.id, name: "k", digest: KeyDigest(of: "\(id)"), scopes: [], createdAt: user.createdAt))
            }
        }
        await rig.expect(.tooManyKeys(limit: 1_000)) { _ = try await service.create(NewKey(name: "k"), by: owner, from: nil) }
    }

    @Test func othersKeysAreNotThere() async throws {
        let (ada, bob) = (rig.asker(try await rig.user("a@example.org")), rig.asker(try await rig.user("b@example.org", .admin)))
        var own: [KeyID] = []
        for _ in 0..<5 { own.append(try await service.create(NewKey(name: "k"), by: ada, from: nil).key.id) }
        let (secret, other) = try await service.create(NewKey(name: "k"), by: bob, from: nil)
        for id in [other.id, rig.ids.next()] { await rig.expect(.notFound) { try await service.delete(id, by: ada, from: nil) } }
        #expect(try await asker(secret) != nil)
        let first = try await service.list(PageRequest(limit: 3), by: ada)
        let second = try await service.list(PageRequest(limit: 3, cursor: first.next), by: ada)
        #expect((first.items + second.items).map(\.id) == own && second.next == nil)
        try await service.delete(other.id, by: bob, from: nil)
        #expect(try await asker(secret) == nil)
        await rig.expect(.notFound) { try await service.delete(other.id, by: bob, from: nil) }
        #expect(rig.actions.last == .keyDeleted)
    }

    // MARK: By the socket

    @Test func aKeyIsTheOwnersUnlessSaidOtherwise() async throws {
        let owner = try await rig.store.owner()
        for email in [nil, owner.email] {
            let (secret, key) = try await service.create(name: "laptop", email: email)
            #expect(key.userID == owner.id && key.scopes == Set(Scope.allCases))
            #expect(try await asker(secret)?.role == .owner)
        }
    }

    @Test func aNewAddressBecomesAMemberOnce() async throws {
        let (first, key) = try await service.create(name: "a", email: "ada@example.org")
        let (second, _) = try await service.create(name: "b", email: "Ada@example.org")
        let ada = try #require(try await rig.found(key.userID))
        #expect(ada.role == .member && !ada.suspended && ada.email == "ada@example.org")
        for secret in [first, second] { #expect(try await asker(secret)?.userID == ada.id) }
        #expect(rig.actions == [.userCreated, .keyCreated, .keyCreated])
        let viewer = try await rig.user("v@example.org", .viewer)
        #expect(try await service.create(name: "v", email: viewer.email).key.scopes == [.chat, .documentsRead])
        await rig.expect(.invalid(field: "email", reason: "must be an e-mail address of at most 320 characters")) {
            _ = try await service.create(name: "k", email: "nobody")
        }
    }

    @Test func keysAreRevokedByTheirIdOrTheirOnlyName() async throws {
        var secrets: [KeySecret] = []
        for name in ["ci", "ci", "laptop"] { secrets.append(try await service.create(name: name, email: nil).secret) }
        secrets.append(try await service.create(name: "ci", email: "ada@example.org").secret)
        for stranger in ["", "CI", "c", "ci ", "\(rig.ids.next())"] { #expect(try await service.revoke(stranger) == .notFound) }
        #expect(try await service.list().map(\.name) == ["ci", "ci", "laptop", "ci"])
        // A name that several have is no choice of any.
        #expect(try await service.revoke("ci") == .ambiguous(3))
        #expect(try await service.revoke("laptop") == .revoked)
        #expect(try await service.revoke("\(service.list()[0].id)") == .revoked)
        #expect(try await service.list().map(\.name) == ["ci", "ci"])
        for (index, secret) in secrets.enumerated() { #expect(try await (asker(secret) != nil) == (index == 1 || index == 3)) }
    }

    @Test func anotherWorkspacesKeysAreOutOfReach() async throws {
        let stranger = try await rig.user("s@example.org", .admin, in: rig.ids.next())
        let (secret, foreign) = try await service.create(NewKey(name: "shared name"), by: rig.asker(stranger), from: nil)
        let (_, own) = try await service.create(name: "shared name", email: nil)
        #expect(try await service.list().map(\.id) == [own.id])
        #expect(try await service.revoke("\(foreign.id)") == .notFound)
        #expect(try await service.revoke("shared name") == .revoked)
        #expect(try await asker(secret)?.workspaceID == stranger.workspaceID)
    }
}
