import AccessTesting
import Conversation
import ConversationTesting
import NIOPosix
import Synchronization
import Testing
import TimeOrdered

@testable import Access

/// The front door on a store in memory, with a clock that stands still and hashes that cost next to nothing.
struct AccessRig: Sendable {
    static let cheap = Argon2.Parameters(memoryKiB: 64, passes: 1, lanes: 1)
    static let password = "correct horse"

    let clock = ManualClock()
    let ids = UUIDv7Generator()
    let store: InMemoryAccessStore
    let hasher: PasswordHasher
    let throttle: LoginThrottle
    let links: LoginLinks
    let tokens: TokenService
    let keyUse: KeyUse
    let authenticator: Authenticator
    let users: UserService
    let own: OwnAccount
    let logins: LoginService
    let keys: KeyService

    init(limits: LoginThrottle.Limits = .init(), hashing: Argon2.Parameters = cheap) {
        let wall = clock.wallClock
        store = InMemoryAccessStore(ids: ids, clock: wall)
        hasher = PasswordHasher(threads: .singleton, parameters: hashing)
        throttle = LoginThrottle(limits: limits, clock: wall)
        links = LoginLinks(clock: wall)
        tokens = TokenService(store: store, ids: ids, clock: wall)
        keyUse = KeyUse(store: store)
        authenticator = Authenticator(store: store, tokens: tokens, keyUse: keyUse, clock: wall)
        users = UserService(store: store, hasher: hasher, ids: ids, clock: wall)
        own = OwnAccount(store: store, hasher: hasher, throttle: throttle, clock: wall)
        logins = LoginService(store: store, hasher: hasher, throttle: throttle, links: links, tokens: tokens, ids: ids, clock: wall)
        keys = KeyService(store: store, ids: ids, clock: wall)
    }

    func registration(_ policy: Registration.Policy) -> Registration {
        Registration(store: store, hasher: hasher, throttle: throttle, policy: policy, ids: ids, clock: clock.wallClock)
    }

    /// A user with `password`, made past all rules.
    @discardableResult
    func user(_ email: String, _ role: Role = .member, in workspace: WorkspaceID? = nil, password: String? = AccessRig.password) async throws -> User
    {
        let workspace = if let workspace { workspace } else { try await store.owner().workspaceID }
        let user = User(id: ids.next(), workspaceID: workspace, email: email, role: role, createdAt: clock.now)
        let hash: String? = if let password { try await hasher.hash(Password(new: password)) } else { nil }
        try await store.write { access in
            try access.insert(user)
            try access.setPasswordHash(hash, of: user.id)
        }
        return user
    }

    func asker(_ user: User, scopes: Set<Scope>? = nil) -> Asker {
        Asker(userID: user.id, workspaceID: user.workspaceID, role: user.role, scopes: scopes ?? Scope.allowed(for: user.role))
    }

    func owner() async throws -> Asker { asker(try await store.owner()) }
    func found(_ id: UserID) async throws -> User? { try await store.read { try $0.user(id) } }
    var actions: [AuditAction] { store.records.map(\.action) }

    /// Whether what was done is refused with this error.
    func expect(
        _ error: AccessError, sourceLocation: SourceLocation = #_sourceLocation, _ body: () async throws -> Void
    ) async {
        let thrown = await #expect(throws: AccessError.self, sourceLocation: sourceLocation) { try await body() }
        if let thrown { #expect(thrown == error, sourceLocation: sourceLocation) }
    }

    /// Whether it is forbidden, for whatever reason.
    func expectForbidden(sourceLocation: SourceLocation = #_sourceLocation, _ body: () async throws -> Void) async {
        let thrown = await #expect(throws: AccessError.self, sourceLocation: sourceLocation) { try await body() }
        guard case .forbidden = thrown else {
            if let thrown { Issue.record("\(thrown)", sourceLocation: sourceLocation) }
            return
        }
    }
}
