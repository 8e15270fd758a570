import Crypto

/// SHA-256 of a secret's text. Secrets are 256 random bits, so a fast hash is enough.
package struct KeyDigest: Sendable, Hashable {
    package let bytes: [UInt8]

    package init(bytes: [UInt8]) { self.bytes = bytes }

    package init(of secret: String) { bytes = Array(SHA256.hash(data: Array(secret.utf8))) }
}

/// The text of a new key: `lq_` and 43 characters of base64url, shown once.
package struct KeySecret: Sendable {
    package static let prefix = "lq_"
    /// How many characters of a key may be shown again, to tell it from others.
    package static let shownCharacters = 8

    package let text: String

    package init() { text = Self.prefix + RandomBytes.text() }

    package var digest: KeyDigest { KeyDigest(of: text) }
    package var shown: String { String(text.prefix(Self.shownCharacters)) }
}

/// The text of a login, which a page keeps in a cookie: `lqs_` and 43 characters of base64url.
package struct LoginSecret: Sendable, Hashable {
    package static let prefix = "lqs_"
    private static let csrfLabel = Array("loquat csrf token".utf8)

    package let text: String

    init() { text = Self.prefix + RandomBytes.text() }

    /// Whatever a cookie holds; whether it is a login is asked by its digest.
    package init(text: String) { self.text = text }

    package var digest: KeyDigest { KeyDigest(of: text) }

    /// What a form or a script must send beside the cookie: another site can send the cookie, but read neither. HMAC-SHA256 of a fixed
    /// label under the secret, in base64url.
    package var csrfToken: String { Base64URL.encode(Array(HMAC<SHA256>.authenticationCode(for: Self.csrfLabel, using: key))) }

    /// Compares in constant time.
    package func isCSRFToken(_ token: String) -> Bool {
        guard let bytes = Base64URL.decode(token.utf8) else { return false }
        return HMAC<SHA256>.isValidAuthenticationCode(bytes, authenticating: Self.csrfLabel, using: key)
    }

    private var key: SymmetricKey { SymmetricKey(data: Array(text.utf8)) }
}

/// The text of a one-time login link: `lql_` and 43 characters of base64url.
package struct LinkSecret: Sendable, Hashable {
    package static let prefix = "lql_"

    package let text: String

    init() { text = Self.prefix + RandomBytes.text() }

    var digest: KeyDigest { KeyDigest(of: text) }
}

/// 256 bits of the system's chance.
enum RandomBytes {
    static func make() -> [UInt8] { SymmetricKey(size: .bits256).withUnsafeBytes { Array($0) } }
    static func text() -> String { Base64URL.encode(make()) }
}
