import CVectorMath

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The open file: appends blocks that are durable when it returns, and gives them back at open. One process, one writer at a time.
struct VectorFile: Sendable {
    /// A whole block in the file, without its header.
    struct Block {
        let kind: VectorFileFormat.Kind
        let rows: Int
        /// Of the payload, from the file's start.
        let place: Int
        let bytes: Int
    }

    let dimensions: Int
    private let file: LockedFile
    private(set) var mapping: FileMapping
    private(set) var end: Int

    /// Opens the file, or makes it; what a crash left half written at its end is cut off.
    /// - Parameter found: called with each block, in order.
    init(path: String, model: String, dimensions: Int, found: (Block, FileMapping) -> Void) throws(VectorFileError) {
        precondition((1...VectorFileFormat.dimensionLimit).contains(dimensions) && model.utf8.count <= VectorFileFormat.nameLimit)
        let file = try LockedFile(path: path)
        var size = Int(lseek(file.descriptor, 0, SEEK_END))
        if size < VectorFileFormat.headerBytes {
            // A file that was just being made holds nothing yet.
            guard ftruncate(file.descriptor, 0) == 0 else { throw VectorFileError.system("ftruncate", errno) }
            try Self.write(VectorFileFormat.header(dimensions: dimensions, model: model), to: file.descriptor, at: 0)
            guard fdatasync(file.descriptor) == 0 else { throw VectorFileError.system("fdatasync", errno) }
            size = VectorFileFormat.headerBytes
        }
        mapping = try FileMapping(file.descriptor, size: size)
        try Self.check(UnsafeRawBufferPointer(start: mapping.start, count: size), model: model, dimensions: dimensions)
        end = Self.walk(mapping, size: size, dimensions: dimensions, found: found)
        mapping.release()
        if end < size, ftruncate(file.descriptor, off_t(end)) != 0 { throw VectorFileError.system("ftruncate", errno) }
        self.file = file
        self.dimensions = dimensions
    }

    private static func check(_ file: UnsafeRawBufferPointer, model: String, dimensions: Int) throws(VectorFileError) {
        let nameBytes = Int(file.loadUnaligned(fromByteOffset: 16, as: UInt32.self))
        guard file.loadUnaligned(as: UInt64.self) == VectorFileFormat.magic,
            file.loadUnaligned(fromByteOffset: 8, as: UInt32.self) == VectorFileFormat.version, nameBytes <= VectorFileFormat.nameLimit,
            vm_crc32c(0, file.baseAddress! + 24, VectorFileFormat.headerBytes - 24)
                == file.loadUnaligned(fromByteOffset: 20, as: UInt32.self)
        else { throw .notVectors }
        let name = String(decoding: file[24..<24 + nameBytes], as: UTF8.self)
        guard name == model, Int(file.loadUnaligned(fromByteOffset: 12, as: UInt32.self)) == dimensions else { throw .otherModel(name) }
    }

    /// Goes through the blocks while they are whole; returns where the last such ends.
    private static func walk(_ mapping: FileMapping, size: Int, dimensions: Int, found: (Block, FileMapping) -> Void) -> Int {
        var place = VectorFileFormat.headerBytes
        while size - place >= VectorFileFormat.blockHeaderBytes {
            let header = VectorFileFormat.BlockHeader(
                UnsafeRawBufferPointer(start: mapping.start + place, count: VectorFileFormat.blockHeaderBytes))
            let payload = place + VectorFileFormat.blockHeaderBytes
            guard let header, header.payloadBytes <= size - payload, header.payloadBytes % VectorFileFormat.alignment == 0,
                header.payloadBytes == expectedBytes(header, dimensions: dimensions),
                vm_crc32c(0, mapping.start + payload, header.payloadBytes) == header.payloadChecksum
            else { break }
            found(Block(kind: header.kind, rows: header.rows, place: payload, bytes: header.payloadBytes), mapping)
            place = payload + header.payloadBytes
        }
        return place
    }

    private static func expectedBytes(_ header: VectorFileFormat.BlockHeader, dimensions: Int) -> Int {
        switch header.kind {
        case .vectors: VectorFileFormat.Columns(rows: header.rows, dimensions: dimensions).end
        case .removals: VectorFileFormat.aligned(header.rows * 16)
        }
    }

    /// Appends a block and waits until it is on disk. Where this fails, the file is as before.
    mutating func append(_ kind: VectorFileFormat.Kind, rows: Int, payload: UnsafeRawBufferPointer) throws(VectorFileError) -> Block {
        let header = VectorFileFormat.BlockHeader.bytes(kind, rows: rows, payload: payload)
        let place = end + header.count
        do throws(VectorFileError) {
            try Self.write(header, to: file.descriptor, at: end)
            try Self.write(payload, to: file.descriptor, at: place)
            guard fdatasync(file.descriptor) == 0 else { throw VectorFileError.system("fdatasync", errno) }
            if place + payload.count > mapping.capacity { mapping = try FileMapping(file.descriptor, size: place + payload.count) }
        } catch {
            _ = ftruncate(file.descriptor, off_t(end))
            throw error
        }
        end = place + payload.count
        return Block(kind: kind, rows: rows, place: place, bytes: payload.count)
    }

    /// Moves this file, which lies at `place`, to where another lies, in one step that a crash cannot part.
    /// - Parameter taken: called where it lies there from now on: also where this then throws, since a crash may bring the other back.
    func takePlace(of path: String, from place: String, taken: () -> Void) throws(VectorFileError) {
        let folder = open(path.lastIndex(of: "/").map { String(path[..<$0]) + "/" } ?? ".", O_RDONLY | O_CLOEXEC)
        guard folder >= 0 else { throw .system("open", errno) }
        defer { close(folder) }
        guard rename(place, path) == 0 else { throw .system("rename", errno) }
        taken()
        guard fsync(folder) == 0 else { throw .system("fsync", errno) }
    }

    private static func write(_ bytes: [UInt8], to descriptor: CInt, at place: Int) throws(VectorFileError) {
        let result: Result<Void, VectorFileError> = bytes.withUnsafeBytes { bytes in
            Result { () throws(VectorFileError) in try write(bytes, to: descriptor, at: place) }
        }
        try result.get()
    }

    private static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: CInt, at place: Int) throws(VectorFileError) {
        var done = 0
        while done < bytes.count {
            let written = pwrite(descriptor, bytes.baseAddress! + done, bytes.count - done, off_t(place + done))
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { throw .system("pwrite", written == 0 ? ENOSPC : errno) }
            done += written
        }
    }
}

/// An open file that no other process has open for the same purpose; closed when the last that uses it lets go of it.
final class LockedFile: Sendable {
    let descriptor: CInt

    init(path: String) throws(VectorFileError) {
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
