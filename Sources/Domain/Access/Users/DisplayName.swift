/// What a person, a key or a thing is called: something that can be seen, and that changes nothing around it.
package enum DisplayName {
    /// Scalars of a person's, a key's or a collection's name.
    package static let longest = 200

    /// Scalars that no name has: controls, breaks of lines, and what turns the direction of the text that comes behind.
    package static let forbidden: [ClosedRange<UInt32>] = [
        0...0x1f, 0x7f...0x9f, 0x2028...0x2029, 0x202a...0x202e, 0x2066...0x2069,
    ]
    /// Scalars that a name may have and that nobody sees: white space, joiners, marks of direction, fillers, variation selectors.
    package static let invisible: [ClosedRange<UInt32>] = [
        0x20...0x20, 0xa0...0xa0, 0xad...0xad, 0x34f...0x34f, 0x61c...0x61c, 0x115f...0x1160, 0x1680...0x1680, 0x17b4...0x17b5,
        0x180b...0x180f, 0x2000...0x200f, 0x202f...0x202f, 0x205f...0x2065, 0x206a...0x206f, 0x2800...0x2800, 0x3000...0x3000,
        0x3164...0x3164, 0xfe00...0xfe0f, 0xfeff...0xfeff, 0xffa0...0xffa0, 0xfff9...0xfffb,
    ]
    package static let message = "must have a character that can be seen, and no control characters"

    package static func isPossible(_ name: String) -> Bool {
        var isVisible = false
        for scalar in name.unicodeScalars {
            if forbidden.contains(where: { $0.contains(scalar.value) }) { return false }
            if !isVisible { isVisible = !invisible.contains { $0.contains(scalar.value) } }
        }
        return isVisible
    }

    static func checked(_ name: String, field: String = "name", mayBeEmpty: Bool) throws(AccessError) -> String {
        guard name.unicodeScalars.count <= longest, mayBeEmpty || !name.isEmpty else {
            throw .invalid(field: field, reason: "must have \(mayBeEmpty ? "at most" : "1 to") \(longest) characters")
        }
        guard name.isEmpty || isPossible(name) else { throw .invalid(field: field, reason: message) }
        return name
    }
}
