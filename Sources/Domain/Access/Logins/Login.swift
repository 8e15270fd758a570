package import TimeOrdered

package typealias LoginID = UUIDv7

/// A page's session of a user, kept by the digest of what its cookie holds.
package struct Login: Sendable, Hashable {
    /// 30 days, in milliseconds.
    package static let lifetime: Int64 = 30 * 24 * 3600 * 1000
    /// How many a user has at the most; the oldest ends where one more begins.
    package static let limitPerUser = 50

    package let id: LoginID
    package let userID: UserID
    package let digest: KeyDigest
    package let createdAt: Timestamp
    package let expiresAt: Timestamp

    package init(id: LoginID, userID: UserID, digest: KeyDigest, createdAt: Timestamp, expiresAt: Timestamp) {
        self.id = id
        self.userID = userID
        self.digest = digest
        self.createdAt = createdAt
        self.expiresAt = expiresAt
    }
}

/// A login that has just begun, with the text for its cookie.
package struct OpenedLogin: Sendable {
    package let secret: LoginSecret
    package let login: Login
    package let user: User
}
