#if canImport(Glibc)
    internal import Glibc
#else
    internal import Darwin
#endif

/// The open file of an index: appends blocks and gives them back at open. One process, one writer at a time. Nothing waits for the disk:
/// what a crash takes is found missing by the index's owner and given again.
struct LexicalFile: Sendable {
    private let file: LockedFile
    private var end: Int

    /// Opens the file, or makes it. What is no index of this version and analyzer is thrown away.
    init(path: String, analyzer: UInt32 = Analyzer.fingerprint) throws(LexicalFileError) {
        file = try LockedFile(path: path)
        end = LexicalFileFormat.headerBytes
        let header = LexicalFileFormat.header(analyzer: analyzer)
        var found = [UInt8](repeating: 0, count: header.count)
        let count = pread(file.descriptor, &found, found.count, 0)
        guard count >= 0 else { throw .system("pread", errno) }
        guard count < header.count || found != header else { return }
        try cut(at: 0)
        try Self.write(header, to: file.descriptor, at: 0)
    }

    /// Goes through the blocks while they are whole, and cuts off what follows.
    /// - Parameter found: called with each block, in order; false where it makes no sense and what follows is not wanted.
    /// - Returns: what the payloads point into.
    mutating func read(_ found: (LexicalFileFormat.Kind, UnsafeBufferPointer<UInt8>) -> Bool) throws(LexicalFileError) -> MappedFile {
        let mapping = try MappedFile(file.descriptor)
        end = LexicalFileFormat.headerBytes
        var reader = ByteReader(mapping.bytes)
        _ = reader.take(end)
        while let block = LexicalFileFormat.block(&reader), found(block.kind, block.payload) { end = mapping.bytes.count - reader.rest }
        if end < mapping.bytes.count { try cut(at: end) }
        return mapping
    }

    /// Appends a block. Where this fails, the file is as before.
    mutating func append(_ kind: LexicalFileFormat.Kind, _ payload: [UInt8]) throws(LexicalFileError) {
        let header = LexicalFileFormat.blockHeader(kind, payload: payload)
        do throws(LexicalFileError) {
            try Self.write(header, to: file.descriptor, at: end)
            try Self.write(payload, to: file.descriptor, at: end + header.count)
        } catch {
            try cut(at: end)
            throw error
        }
        end += header.count + payload.count
    }

    /// Cuts off all blocks, so that the next start finds none.
    mutating func removeBlocks() throws(LexicalFileError) {
        try cut(at: LexicalFileFormat.headerBytes)
        end = LexicalFileFormat.headerBytes
    }

    /// Moves this file, which lies at `place`, to where another lies, in one step that a crash cannot part.
    func takePlace(of path: String, from place: String) throws(LexicalFileError) {
        guard fdatasync(file.descriptor) == 0 else { throw .system("fdatasync", errno) }
        guard rename(place, path) == 0 else { throw .system("rename", errno) }
    }

    private func cut(at size: Int) throws(LexicalFileError) {
        guard ftruncate(file.descriptor, off_t(size)) == 0 else { throw .system("ftruncate", errno) }
    }

    private static func write(_ bytes: [UInt8], to descriptor: CInt, at place: Int) throws(LexicalFileError) {
        var done = 0
        while done < bytes.count {
            let written = bytes.withUnsafeBytes { pwrite(descriptor, $0.baseAddress! + done, $0.count - done, off_t(place + done)) }
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { throw .system("pwrite", written == 0 ? ENOSPC : errno) }
            done += written
        }
    }
}

/// An open file that no other process has open for the same purpose; closed when the last that uses it lets go of it.
private final class LockedFile: Sendable {
    let descriptor: CInt

    init(path: String) throws(LexicalFileError) {
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .system("open", errno) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { throw .system("flock", errno) }
    }

    deinit {
        guard descriptor >= 0 else { return }
        // A process that is being started may have a copy for a moment, with which closing alone leaves the lock.
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }
}

/// A whole file, not empty, mapped for reading until the last that reads lets go of it.
final class MappedFile: @unchecked Sendable {
    let bytes: UnsafeBufferPointer<UInt8>

    init(_ descriptor: CInt) throws(LexicalFileError) {
        let size = Int(lseek(descriptor, 0, SEEK_END))
        guard size > 0, let mapped = mmap(nil, size, PROT_READ, MAP_SHARED, descriptor, 0), mapped != MAP_FAILED else {
            throw .system("mmap", errno)
        }
        bytes = UnsafeBufferPointer(start: UnsafePointer(mapped.assumingMemoryBound(to: UInt8.self)), count: size)
    }

    deinit { munmap(UnsafeMutableRawPointer(mutating: UnsafeRawPointer(bytes.baseAddress!)), bytes.count) }
}
