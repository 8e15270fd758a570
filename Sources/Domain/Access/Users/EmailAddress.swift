import Foundation

/// What may stand for an e-mail address. Whether mail arrives there is not ours to know.
package enum EmailAddress {
    /// RFC 5321, 4.5.3.1: 64 before the @, 255 after it.
    package static let longest = 320

    /// Two addresses of one key are one address: mailboxes differ by case nowhere that matters, and a letter may be written in two ways.
    package static func key(_ email: String) -> String { email.lowercased().precomposedStringWithCanonicalMapping }

    /// - Throws: `AccessError.invalid` where it cannot be one.
    static func checked(_ email: String) throws(AccessError) -> String {
        let parts = email.split(separator: "@", omittingEmptySubsequences: false)
        let isClean = email.unicodeScalars.allSatisfy { !$0.properties.isWhitespace && $0.properties.generalCategory != .control }
        guard email.unicodeScalars.count <= longest, parts.count == 2, parts.allSatisfy({ !$0.isEmpty }), isClean else {
            throw .invalid(field: "email", reason: "must be an e-mail address of at most \(longest) characters")
        }
        return email
    }
}

/// What a person, or a key, is called.
enum DisplayName {
    static let longest = 200

    static func checked(_ name: String, field: String = "name", mayBeEmpty: Bool) throws(AccessError) -> String {
        guard name.unicodeScalars.count <= longest, mayBeEmpty || !name.isEmpty else {
            throw .invalid(field: field, reason: "must have \(mayBeEmpty ? "at most" : "1 to") \(longest) characters")
        }
        return name
    }
}
