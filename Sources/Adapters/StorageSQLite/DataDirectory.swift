import Foundation

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The folder that holds everything a server keeps, locked while a process uses it.
package final class DataDirectory: Sendable {
    package let path: String
    private let lock: Int32

    package enum Failure: Error, CustomStringConvertible {
        case inUse(path: String)
        case unusable(path: String, reason: String)

        package var description: String {
            switch self {
            case .inUse(let path): "The data directory \(path) is in use by another Loquat process."
            case .unusable(let path, let reason): "The data directory \(path) cannot be used: \(reason)."
            }
        }
    }

    /// Makes the folder where it is not there, for its owner alone, and locks it until this object goes.
    /// - Throws: `DataDirectory.Failure`.
    package init(path: String) throws(Failure) {
        self.path = path
        do {
            try FileManager.default.createDirectory(
                atPath: path + "/uploads", withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw .unusable(path: path, reason: Self.reason(error))
        }
        lock = open(path + "/lock", O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
        guard lock >= 0 else { throw .unusable(path: path, reason: String(cString: strerror(errno)).lowercased()) }
        guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
            close(lock)
            throw .inUse(path: path)
        }
    }

    deinit {
        // A process that is being started may have a copy for a moment, with which closing alone leaves the lock.
        flock(lock, LOCK_UN)
        close(lock)
    }

    /// Whether there is a log in this folder.
    package static func exists(at path: String) -> Bool { FileManager.default.fileExists(atPath: path + "/loquat.db") }

    /// What the system says; Foundation's own words speak of files and folders of another kind.
    private static func reason(_ error: any Error) -> String {
        let cause = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError ?? error as NSError
        guard cause.domain == NSPOSIXErrorDomain else { return "a folder cannot be made there" }
        return String(cString: strerror(Int32(cause.code))).lowercased()
    }

    /// What lies in it.
    enum Name {
        static let log = "loquat.db"
        static let library = "library.db"
        static let uploads = "uploads"
        static let vectors = "vectors"
        static let search = "search.db"
        static let words = "words.index"
        static let spool = "spool"
    }

    package var logFile: String { "\(path)/\(Name.log)" }
    package var libraryFile: String { "\(path)/\(Name.library)" }
    package var uploads: String { "\(path)/\(Name.uploads)" }
    package var vectors: String { "\(path)/\(Name.vectors)" }
    package var search: String { "\(path)/\(Name.search)" }
    package var words: String { "\(path)/\(Name.words)" }
    package var spool: String { "\(path)/\(Name.spool)" }
}
