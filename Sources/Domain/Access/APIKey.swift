import Crypto
package import TimeOrdered

/// What a key may be used for; never more than its user may.
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

/// A credential of a user. Only the digest of its text is kept.
package struct APIKey: Sendable, Hashable {
    package let id: KeyID
    package let userID: UserID
    package let name: String
    package let digest: KeyDigest
    package let scopes: Set<Scope>
    package let createdAt: Timestamp
    package var revokedAt: Timestamp?

    package init(
        id: KeyID, userID: UserID, name: String, digest: KeyDigest, scopes: Set<Scope>, createdAt: Timestamp, revokedAt: Timestamp? = nil
    ) {
        self.id = id
        self.userID = userID
        self.name = name
        self.digest = digest
        self.scopes = scopes
        self.createdAt = createdAt
        self.revokedAt = revokedAt
    }
}

/// SHA-256 of a key's text. Keys are 256 random bits, so a fast hash is enough.
package struct KeyDigest: Sendable, Hashable {
    package let bytes: [UInt8]

    package init(bytes: [UInt8]) { self.bytes = bytes }

    package init(of secret: String) { bytes = Array(SHA256.hash(data: Array(secret.utf8))) }
}

/// The text of a new key: `lq_` and 43 characters of base64url, shown once.
package struct KeySecret: Sendable {
    package let text: String

    package init() {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
        let bytes = SymmetricKey(size: .bits256).withUnsafeBytes { Array($0) }
        var characters = Array("lq_".utf8)
        var bits = 0
        var pending = 0
        for byte in bytes {
            pending = (pending << 8 | Int(byte)) & 0xffff
            bits += 8
            while bits >= 6 {
                bits -= 6
                characters.append(alphabet[pending >> bits & 63])
            }
        }
        characters.append(alphabet[pending << (6 - bits) & 63])
        text = String(decoding: characters, as: UTF8.self)
    }

    package var digest: KeyDigest { KeyDigest(of: text) }
}
