package import TimeOrdered

package typealias KeyID = UUIDv7

/// What a credential may be used for; never more than its user may.
package enum Scope: String, Sendable, CaseIterable {
    case chat
    case documentsRead = "documents:read"
    case documentsWrite = "documents:write"
    case actions
    case admin
    case actForOthers = "act_for_others"

    /// The most that a user of this role may hand to a key.
    package static func allowed(for role: Role) -> Set<Scope> {
        switch role {
        case .owner, .admin: Set(allCases)
        case .member: [.chat, .documentsRead, .documentsWrite, .actions]
        case .viewer: [.chat, .documentsRead]
        }
    }
}

/// A credential of a user. Only the digest of its text is kept, and its first characters to know it by.
package struct APIKey: Sendable, Hashable {
    package let id: KeyID
    package let userID: UserID
    package let name: String
    package let digest: KeyDigest
    /// Empty for keys of a time when it was not kept.
    package let shown: String
    package let scopes: Set<Scope>
    package let createdAt: Timestamp
    package let expiresAt: Timestamp?
    /// To the minute.
    package var lastUsedAt: Timestamp?
    package var revokedAt: Timestamp?

    package init(
        id: KeyID, userID: UserID, name: String, digest: KeyDigest, shown: String = "", scopes: Set<Scope>, createdAt: Timestamp,
        expiresAt: Timestamp? = nil, lastUsedAt: Timestamp? = nil, revokedAt: Timestamp? = nil
    ) {
        self.id = id
        self.userID = userID
        self.name = name
        self.digest = digest
        self.shown = shown
        self.scopes = scopes
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.lastUsedAt = lastUsedAt
        self.revokedAt = revokedAt
    }

    package func isInForce(_ now: Timestamp) -> Bool { revokedAt == nil && expiresAt.map { now < $0 } ?? true }
}
