#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What may go wrong with a file of vectors.
public struct VectorFileError: Error, Hashable, CustomStringConvertible, Sendable {
    private enum Code: Hashable {
        case system(call: String, reason: String)
        case notVectors
        case otherModel(String)
        case wrongSize
        case notFinite
    }

    private let code: Code

    static func system(_ call: String, _ number: CInt) -> Self { Self(code: .system(call: call, reason: String(cString: strerror(number)))) }
    /// The file is something else, or of a later version.
    public static let notVectors = Self(code: .notVectors)
    /// Vectors of another number of dimensions than the file's were given.
    public static let wrongSize = Self(code: .wrongSize)
    /// A vector holds what is no number.
    public static let notFinite = Self(code: .notFinite)
    static func otherModel(_ name: String) -> Self { Self(code: .otherModel(name)) }

    /// The file holds vectors of another model, which may not be compared with this one's: it must be made anew.
    public var isOtherModel: Bool { if case .otherModel = code { true } else { false } }

    public var description: String {
        switch code {
        case .system(let call, let reason): "\(call): \(reason)"
        case .notVectors: "this is no file of vectors, or one of a later version"
        case .otherModel(let name): "these are vectors of \(name)"
        case .notFinite: "a vector holds infinity, or what is no number"
        case .wrongSize: "a vector has another number of dimensions than the file's"
        }
    }
}
