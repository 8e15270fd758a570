import Foundation

/// What may stand for an e-mail address. Whether mail arrives there is not ours to know.
package enum EmailAddress {
    /// RFC 5321, 4.5.3.1: 64 before the @, 255 after it.
    package static let longest = 320

    /// Two addresses of one key are one address: mailboxes differ by case nowhere that matters, and a letter may be written in two ways.
    package static func key(_ email: String) -> String { email.lowercased().precomposedStringWithCanonicalMapping }

    /// Whether it has the form of one: letters as ASCII has them, as HTML's pages take it, and no dots where RFC 5322 has none.
    package static func isPossible(_ email: String) -> Bool {
        let parts = email.utf8.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
        guard parts.count == 2, email.utf8.count <= longest else { return false }
        let dot = UInt8(ascii: ".")
        let words = parts[0].split(separator: dot, omittingEmptySubsequences: false)
        let labels = parts[1].split(separator: dot, omittingEmptySubsequences: false)
        return words.allSatisfy { !$0.isEmpty && $0.allSatisfy { isAlphanumeric($0) || "!#$%&'*+/=?^_`{|}~-".utf8.contains($0) } }
            && labels.allSatisfy { label in
                (1...63).contains(label.count) && label.allSatisfy { isAlphanumeric($0) || $0 == UInt8(ascii: "-") }
                    && label.first != UInt8(ascii: "-") && label.last != UInt8(ascii: "-")
            }
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
    }

    /// - Throws: `AccessError.invalid` where it cannot be one.
    static func checked(_ email: String) throws(AccessError) -> String {
        guard isPossible(email) else {
            throw .invalid(field: "email", reason: "must be an e-mail address of at most \(longest) characters")
        }
        return email
    }
}
