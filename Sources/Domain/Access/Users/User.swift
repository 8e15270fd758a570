package import TimeOrdered

package typealias WorkspaceID = UUIDv7
package typealias UserID = UUIDv7

/// What a user may do in their workspace.
package enum Role: String, Sendable, CaseIterable {
    case owner, admin, member, viewer

    /// Whether users of this role manage others at all.
    package var manages: Bool { self == .owner || self == .admin }
}

/// A person of one workspace. What proves that they are it (passwords, keys, logins) is kept beside and never in here.
package struct User: Sendable, Hashable {
    package let id: UserID
    package let workspaceID: WorkspaceID
    /// As it was written; compared by `EmailAddress.key`.
    package var email: String
    package var name: String
    package var role: Role
    package var suspended: Bool
    /// False for the owner that a fresh store makes, until somebody takes it over.
    package var isClaimed: Bool
    /// Tokens issued at this moment or before are no longer taken.
    package var tokensValidAfter: Timestamp
    package let createdAt: Timestamp
    package var updatedAt: Timestamp

    package init(
        id: UserID, workspaceID: WorkspaceID, email: String, name: String = "", role: Role, suspended: Bool = false, isClaimed: Bool = true,
        tokensValidAfter: Timestamp = Timestamp(milliseconds: 0), createdAt: Timestamp, updatedAt: Timestamp? = nil
    ) {
        self.id = id
        self.workspaceID = workspaceID
        self.email = email
        self.name = name
        self.role = role
        self.suspended = suspended
        self.isClaimed = isClaimed
        self.tokensValidAfter = tokensValidAfter
        self.createdAt = createdAt
        self.updatedAt = updatedAt ?? createdAt
    }

    /// The address of an owner whom nobody has claimed.
    package static let unclaimedAddress = "owner@localhost"

    /// The owner that a fresh store begins with.
    package static func unclaimedOwner(id: UserID, workspace: WorkspaceID, now: Timestamp) -> User {
        User(id: id, workspaceID: workspace, email: unclaimedAddress, role: .owner, isClaimed: false, createdAt: now)
    }

    /// Ends every token issued so far. Never earlier than before, and past the newest token's moment: where the clock stands or goes
    /// back, tokens are given the next millisecond (`TokenService`).
    mutating func endTokens(_ now: Timestamp) { tokensValidAfter = max(now, tokensValidAfter.advanced(by: 1)) }
}
