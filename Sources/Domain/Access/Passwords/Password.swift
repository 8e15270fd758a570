import Foundation

/// A password as its bytes are hashed.
///
/// Any Unicode, put into composed form (NFC): the same letters typed on two keyboards are one password (RFC 8265's OpaqueString and
/// NIST SP 800-63B ask for NFC). Not NFKC, which would make different characters one and take strength away. NUL counts like any byte.
package struct Password: Sendable, Hashable {
    /// In Unicode scalars, as typed.
    package static let lengths = 8...256

    let bytes: [UInt8]

    /// A password to be set.
    /// - Throws: `AccessError.invalid` for one that is too short or too long.
    package init(new text: String) throws(AccessError) {
        guard Self.lengths.contains(text.unicodeScalars.count) else {
            throw .invalid(field: "password", reason: "must have \(Self.lengths.lowerBound) to \(Self.lengths.upperBound) characters")
        }
        bytes = Self.composed(text)
    }

    /// A password to be tried. What is too long is like the empty one, which nobody's is.
    package init(attempt text: String) {
        // A text of that many scalars has at most four bytes for each: what is longer is not counted through.
        let longest = Self.lengths.upperBound
        bytes = text.utf8.count <= longest * 4 && text.unicodeScalars.count <= longest ? Self.composed(text) : []
    }

    private static func composed(_ text: String) -> [UInt8] { Array(text.precomposedStringWithCanonicalMapping.utf8) }
}
