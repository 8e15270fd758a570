#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// What the system may say of an index's file. What stands in it at open is no error: what cannot be read is
/// made anew.
public struct LexicalFileError: Error, Hashable, CustomStringConvertible, Sendable {
    public let description: String

    static func system(_ call: String, _ number: CInt) -> Self { Self(description: "\(call): \(String(cString: strerror(number)))") }
    /// Something else than this process wrote into the file.
    static let damaged = Self(description: "the file of the search index was changed by others")
}
