import Access
import Testing
import TimeOrdered

/// Keys from being made to being revoked.
struct KeyServiceTests {
    private static let now = Timestamp(milliseconds: 1_800_000_000_000)
    private let ids = UUIDv7Generator()
    private let store: InMemoryAccessStore
    private let service: KeyService

    init() {
        store = InMemoryAccessStore(ids: ids)
        service = KeyService(store: store, ids: ids, clock: WallClock { Self.now })
    }

    private func asker(_ secret: KeySecret) async throws -> Asker? { try await store.asker(for: KeyDigest(of: secret.text)) }

    @Test func aKeyIsTheOwnersUnlessSaidOtherwise() async throws {
        let owner = try await store.owner()
        for email in [nil, owner.email] {
            let (secret, key) = try await service.create(name: "laptop", email: email)
            #expect(key.userID == owner.id && key.name == "laptop" && key.createdAt == Self.now && key.revokedAt == nil)
            #expect(key.scopes == Set(Scope.allCases))
            let found = try #require(try await asker(secret))
            #expect(found == Asker(userID: owner.id, workspaceID: owner.workspaceID, role: .owner, scopes: Set(Scope.allCases)))
        }
    }

    @Test func aNewAddressBecomesAMemberOnce() async throws {
        let owner = try await store.owner()
        let (first, key) = try await service.create(name: "a", email: "ada@example.org")
        let (second, _) = try await service.create(name: "b", email: "ada@example.org")
        let ada = try #require(try await store.user(email: "ada@example.org", in: owner.workspaceID))
        #expect(ada.role == .member && !ada.suspended && ada.id == key.userID && ada.id != owner.id && ada.createdAt == Self.now)
        #expect(key.scopes == [.chat, .documentsRead, .documentsWrite, .actions])
        for secret in [first, second] { #expect(try await asker(secret)?.userID == ada.id) }
        #expect(try await asker(first)?.may(.admin) == false)
    }

    @Test func aKnownUserKeepsTheirRole() async throws {
        let owner = try await store.owner()
        let viewer = User(id: ids.next(), workspaceID: owner.workspaceID, email: "v@example.org", role: .viewer, createdAt: Self.now)
        try await store.insert(viewer)
        let (secret, key) = try await service.create(name: "v", email: viewer.email)
        #expect(key.userID == viewer.id && key.scopes == [.chat, .documentsRead])
        #expect(try await asker(secret)?.role == .viewer)
    }

    @Test func onlyTheDigestIsKept() async throws {
        let (secret, key) = try await service.create(name: "k", email: nil)
        #expect(key.digest == KeyDigest(of: secret.text))
        let kept = store.everything
        #expect(kept.contains("\(key.id)"))
        #expect(!kept.contains(secret.text) && !kept.contains(secret.text.dropFirst(3)))
    }

    @Test func whatIsNoKeyOpensNothing() async throws {
        let (secret, _) = try await service.create(name: "k", email: nil)
        let (text, other) = (secret.text, KeySecret().text)
        let garbage = [
            "", "lq_", "lq_" + String(repeating: "A", count: 43), other, String(text.dropLast()), String(text.dropFirst(3)), text + "=",
            text + " ", " " + text, text + "\u{0}", text + "\n", text.uppercased(), "LQ_" + text.dropFirst(3), "Bearer " + text, text + text,
            String(text.reversed()), text.replacing("lq_", with: "lq-"), "🍊", String(repeating: "x", count: 1_000_000),
        ]
        for guess in garbage where guess != text { #expect(try await store.asker(for: KeyDigest(of: guess)) == nil) }
        #expect(try await store.asker(for: KeyDigest(bytes: [])) == nil)
        #expect(try await store.asker(for: KeyDigest(bytes: Array(KeyDigest(of: text).bytes.dropLast()))) == nil)
        #expect(try await store.asker(for: KeyDigest(of: text)) != nil)
    }

    @Test func aKeyIsRevokedByItsId() async throws {
        let (gone, key) = try await service.create(name: "same", email: nil)
        let (kept, _) = try await service.create(name: "same", email: nil)
        #expect(try await service.revoke("\(key.id)") == .revoked)
        #expect(try await asker(gone) == nil)
        #expect(try await asker(kept) != nil)
        #expect(try await service.revoke("\(key.id)") == .notFound)
        #expect(try await service.list().count == 1)
    }

    @Test func keysAreRevokedByTheirName() async throws {
        var secrets: [KeySecret] = []
        for name in ["ci", "ci", "laptop"] { secrets.append(try await service.create(name: name, email: nil).secret) }
        secrets.append(try await service.create(name: "ci", email: "ada@example.org").secret)
        for stranger in ["", "CI", "c", "ci ", "\(ids.next())"] { #expect(try await service.revoke(stranger) == .notFound) }
        #expect(try await service.list().map(\.name) == ["ci", "ci", "laptop", "ci"])
        // A name that several have is no choice of any.
        #expect(try await service.revoke("ci") == .ambiguous(3))
        #expect(try await service.revoke("laptop") == .revoked)
        #expect(try await service.list().map(\.name) == ["ci", "ci", "ci"])
        for (index, secret) in secrets.enumerated() { #expect(try await (asker(secret) != nil) == (index != 2)) }
    }

    @Test func aSuspendedUsersKeysOpenNothing() async throws {
        let (secret, key) = try await service.create(name: "k", email: "ada@example.org")
        let (others, _) = try await service.create(name: "k", email: "bob@example.org")
        #expect(try await asker(secret) != nil)
        store.suspend(key.userID)
        #expect(try await asker(secret) == nil)
        #expect(try await asker(others) != nil)
    }

    @Test func anotherWorkspacesKeysAreOutOfReach() async throws {
        let (_, own) = try await service.create(name: "shared name", email: nil)
        let stranger = User(id: ids.next(), workspaceID: ids.next(), email: "s@example.org", role: .admin, createdAt: Self.now)
        let secret = KeySecret()
        let foreign = APIKey(
            id: ids.next(), userID: stranger.id, name: "shared name", digest: secret.digest, scopes: [.chat], createdAt: Self.now)
        try await store.insert(stranger)
        try await store.insert(foreign)
        #expect(try await service.list().map(\.id) == [own.id])
        #expect(try await service.revoke("\(foreign.id)") == .notFound)
        #expect(try await service.revoke("shared name") == .revoked)
        #expect(try await asker(secret)?.workspaceID == stranger.workspaceID)
    }
}
