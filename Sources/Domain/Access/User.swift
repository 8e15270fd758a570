package import TimeOrdered

package typealias WorkspaceID = UUIDv7
package typealias UserID = UUIDv7
package typealias KeyID = UUIDv7

/// What a user may do in their workspace.
package enum Role: String, Sendable, CaseIterable {
    case owner, admin, member, viewer
}

/// A person of one workspace.
package struct User: Sendable, Hashable {
    package let id: UserID
    package let workspaceID: WorkspaceID
    package var email: String
    package var role: Role
    package var suspended: Bool
    package let createdAt: Timestamp

    package init(id: UserID, workspaceID: WorkspaceID, email: String, role: Role, suspended: Bool = false, createdAt: Timestamp) {
        self.id = id
        self.workspaceID = workspaceID
        self.email = email
        self.role = role
        self.suspended = suspended
        self.createdAt = createdAt
    }
}

/// Who is asking: every query for something that belongs to somebody takes one.
package struct Asker: Sendable, Hashable {
    package let userID: UserID
    package let workspaceID: WorkspaceID
    package let role: Role
    package let scopes: Set<Scope>

    package init(userID: UserID, workspaceID: WorkspaceID, role: Role, scopes: Set<Scope>) {
        self.userID = userID
        self.workspaceID = workspaceID
        self.role = role
        self.scopes = scopes
    }

    package func may(_ scope: Scope) -> Bool { scopes.contains(scope) }
}
