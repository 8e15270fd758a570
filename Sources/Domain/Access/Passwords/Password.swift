import Foundation

/// A password as its bytes are hashed.
///
/// Any Unicode, put into composed form (NFC): the same letters typed on two keyboards are one password (RFC 8265's OpaqueString and
/// NIST SP 800-63B ask for NFC). Not NFKC, which would make different characters one and take strength away. NUL counts like any byte.
package struct Password: Sendable, Hashable {
    /// In bytes of UTF-8, composed.
    package static let lengths = 8...1024

    let bytes: [UInt8]

    /// A password to be set.
    /// - Throws: `AccessError.invalid` for one that is too short or too long.
    package init(new text: String) throws(AccessError) {
        let bytes = Self.composed(text)
        guard let bytes, Self.lengths.contains(bytes.count) else {
            throw .invalid(field: "password", reason: "must have \(Self.lengths.lowerBound) to \(Self.lengths.upperBound) bytes in UTF-8")
        }
        self.bytes = bytes
    }

    /// A password to be tried. What is too long is like the empty one, which nobody's is.
    package init(attempt text: String) {
        let bytes = Self.composed(text) ?? []
        self.bytes = bytes.count <= Self.lengths.upperBound ? bytes : []
    }

    /// Nil for what is far too long to be looked at. Composing shortens no text to less than a third.
    private static func composed(_ text: String) -> [UInt8]? {
        guard text.utf8.count <= lengths.upperBound * 4 else { return nil }
        return Array(text.precomposedStringWithCanonicalMapping.utf8)
    }
}
