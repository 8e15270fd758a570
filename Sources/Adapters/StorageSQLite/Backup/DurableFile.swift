import Conversation
import Crypto
import Foundation

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What the system said of a file.
struct FileFailure: Error {
    let path: String
    let code: Int32

    var hasNoRoom: Bool { code == ENOSPC || code == EDQUOT }
    var isMissing: Bool { code == ENOENT }
    var reason: String { String(cString: strerror(code)).lowercased() }
}

/// Files and folders for their owner alone, which are on disk when a call returns.
enum DurableFile {
    /// What stands in a file.
    struct Contents: Hashable {
        let size: Int
        /// In hexadecimal.
        let sha256: String
    }

    private static let bufferSize = 1 << 20

    static func makeFolder(_ path: String) throws {
        guard mkdir(path, 0o700) == 0 else { throw FileFailure(path: path, code: errno) }
    }

    static func makeEmpty(_ path: String) throws { close(try descriptor(making: path)) }

    static func make(_ path: String, holding bytes: [UInt8]) throws {
        let target = try descriptor(making: path)
        defer { close(target) }
        try bytes.withUnsafeBytes { try put($0, into: target, path) }
        try sync(target, path)
    }

    /// Copies as much as is there when it begins.
    /// - Throws: `FileFailure`, also for what is no plain file: a link could lead anywhere, and a pipe never ends.
    @discardableResult
    static func copy(_ source: String, to path: String) throws -> Contents {
        let (from, size) = try descriptor(reading: source)
        defer { close(from) }
        let target = try descriptor(making: path)
        defer { close(target) }
        let contents = try pass(from, at: source, upTo: size) { try put($0, into: target, path) }
        try sync(target, path)
        return contents
    }

    /// Puts on disk what others wrote, and tells what it is.
    static func seal(_ path: String) throws -> Contents {
        let (from, size) = try descriptor(reading: path)
        defer { close(from) }
        try sync(from, path)
        return try pass(from, at: path, upTo: size) { _ in }
    }

    static func syncFolder(_ path: String) throws {
        let folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { throw FileFailure(path: path, code: errno) }
        defer { close(folder) }
        try sync(folder, path)
    }

    /// Puts a folder where none is, or an empty one, in one step that a crash cannot part.
    static func moveFolder(_ path: String, to place: String) throws {
        guard rename(path, place) == 0 else { throw FileFailure(path: place, code: errno) }
        try syncFolder((place as NSString).deletingLastPathComponent)
    }

    /// Whether a folder may be put there: nothing is, or a folder without anything in it.
    static func isFree(_ path: String) throws -> Bool {
        var status = stat()
        guard lstat(path, &status) == 0 else {
            if errno == ENOENT { return true }
            throw FileFailure(path: path, code: errno)
        }
        guard status.st_mode & S_IFMT == S_IFDIR else { return false }
        // reason: what cannot be listed cannot be told to be empty
        guard let found = try? FileManager.default.contentsOfDirectory(atPath: path) else { throw FileFailure(path: path, code: EACCES) }
        return found.isEmpty
    }

    // MARK: Descriptors

    private static func descriptor(making path: String) throws -> Int32 {
        let made = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0o600)
        guard made >= 0 else { throw FileFailure(path: path, code: errno) }
        return made
    }

    private static func descriptor(reading path: String) throws -> (descriptor: Int32, size: Int) {
        let opened = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard opened >= 0 else { throw FileFailure(path: path, code: errno) }
        var status = stat()
        guard fstat(opened, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(opened)
            throw FileFailure(path: path, code: EINVAL)
        }
        return (opened, Int(status.st_size))
    }

    private static func sync(_ descriptor: Int32, _ path: String) throws {
        guard fsync(descriptor) == 0 else { throw FileFailure(path: path, code: errno) }
    }

    private static func pass(
        _ source: Int32, at path: String, upTo limit: Int, _ body: (UnsafeRawBufferPointer) throws -> Void
    ) throws -> Contents {
        var hasher = SHA256()
        var size = 0
        var buffer = [UInt8](repeating: 0, count: bufferSize)
        while size < limit {
            let wanted = min(bufferSize, limit - size)
            let count = buffer.withUnsafeMutableBytes { read(source, $0.baseAddress, wanted) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw FileFailure(path: path, code: errno) }
            if count == 0 { break }
            try buffer.withUnsafeBytes { bytes in
                let found = UnsafeRawBufferPointer(rebasing: bytes[..<count])
                hasher.update(bufferPointer: found)
                try body(found)
            }
            size += count
        }
        return Contents(size: size, sha256: EventHash(bytes: Array(hasher.finalize())).hex)
    }

    private static func put(_ bytes: UnsafeRawBufferPointer, into target: Int32, _ path: String) throws {
        var done = 0
        while done < bytes.count {
            let written = write(target, bytes.baseAddress! + done, bytes.count - done)
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { throw FileFailure(path: path, code: written == 0 ? ENOSPC : errno) }
            done += written
        }
    }
}
