package import TimeOrdered

/// By what an asker was known.
package enum Credential: Sendable, Hashable {
    case key(KeyID)
    /// A signed token, by its `jti`.
    case token(UUIDv7)
    case login(LoginID)
    /// The socket in the data directory: whoever can open it is the owner.
    case socket

    /// As audit records name it.
    package var text: String {
        switch self {
        case .key(let id): "key:\(id)"
        case .token(let id): "token:\(id)"
        case .login(let id): "login:\(id)"
        case .socket: "socket"
        }
    }
}

/// Who is asking: every query for something that belongs to somebody takes one.
package struct Asker: Sendable, Hashable {
    package let userID: UserID
    package let workspaceID: WorkspaceID
    package let role: Role
    package let scopes: Set<Scope>
    package let credential: Credential
    /// What their workspace holds its users to; nothing for those who set it, whom a mistake would keep from mending it.
    package let limits: WorkspaceLimits

    package init(
        userID: UserID, workspaceID: WorkspaceID, role: Role, scopes: Set<Scope>, credential: Credential = .socket,
        limits: WorkspaceLimits = .none
    ) {
        self.userID = userID
        self.workspaceID = workspaceID
        self.role = role
        self.scopes = scopes
        self.credential = credential
        self.limits = scopes.contains(.admin) ? .none : limits
    }

    /// A user by something that reaches as far as their role: a token, a login, the socket.
    init(_ user: User, by credential: Credential, limits: WorkspaceLimits = .none) {
        self.init(
            userID: user.id, workspaceID: user.workspaceID, role: user.role, scopes: Scope.allowed(for: user.role), credential: credential,
            limits: limits)
    }

    /// A user by a key, whose scopes are never more than the role allows now.
    init(_ user: User, by key: APIKey, limits: WorkspaceLimits = .none) {
        self.init(
            userID: user.id, workspaceID: user.workspaceID, role: user.role, scopes: key.scopes.intersection(Scope.allowed(for: user.role)),
            credential: .key(key.id), limits: limits)
    }

    /// Nothing that their role allows is kept from the credential: it may make others, and change the account.
    package var reachesAsFarAsUser: Bool { scopes.isSuperset(of: Scope.allowed(for: role)) }

    package var isKey: Bool { if case .key = credential { true } else { false } }

    package func may(_ scope: Scope) -> Bool { scopes.contains(scope) }
}
