#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A file mapped for reading, with room after its end: bytes that are appended later come to stand there. Unmapped when the last that
/// reads lets go of it.
final class FileMapping: Sendable {
    /// Room for growth: half the file, at least this.
    private static let leastRoom = 16 << 20

    nonisolated(unsafe) let start: UnsafeRawPointer
    /// Bytes that may be read once the file has them.
    let capacity: Int

    init(_ descriptor: CInt, size: Int) throws(VectorFileError) {
        let page = Int(sysconf(CInt(_SC_PAGESIZE)))
        let wanted = size + max(size / 2, Self.leastRoom)
        let capacity = (wanted + page - 1) / page * page
        guard let mapped = mmap(nil, capacity, PROT_READ, MAP_SHARED, descriptor, 0), mapped != MAP_FAILED else {
            throw VectorFileError.system("mmap", errno)
        }
        start = UnsafeRawPointer(mapped)
        self.capacity = capacity
    }

    deinit { munmap(UnsafeMutableRawPointer(mutating: start), capacity) }

    /// Gives back the pages that a check of the whole file has brought in; they come again when they are needed.
    func release() { madvise(UnsafeMutableRawPointer(mutating: start), capacity, MADV_DONTNEED) }
}
